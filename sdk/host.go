package sdk

import (
	"fmt"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// HostError is a host function that did not give a result.
type HostError struct {
	Function string
	Status   abi.HostStatus
	Message  string
}

func (e *HostError) Error() string {
	return fmt.Sprintf("host function %s: %v: %s", e.Function, e.Status, e.Message)
}

func (c *Call) call(function string, in *abi.HostCall) (*abi.HostReply, error) {
	if c.host == nil {
		return nil, &HostError{Function: function, Status: abi.HostStatusGone, Message: "there is no host"}
	}
	r := c.host(in)
	if r.Status != abi.HostStatusOK {
		return nil, &HostError{Function: function, Status: r.Status, Message: r.Message}
	}
	return r, nil
}

// Sign evaluates a Hash or an HMAC now, for protocols whose later requests depend on it.
func (c *Call) Sign(v Value) ([]byte, error) {
	if len(v.Parts) != 1 || v.Parts[0].Digest == nil {
		return nil, &HostError{Function: "sign", Status: abi.HostStatusInvalid, Message: "only a single Hash or HMAC can be signed"}
	}
	r, err := c.call("sign", &abi.HostCall{Sign: &abi.SignRequest{Digest: v.Parts[0].Digest}})
	if err != nil || r.Sign == nil {
		return nil, err
	}
	return r.Sign.Value, nil
}

// Do makes a request and waits for its answer, which keeps this instance busy; prefer to return Send.
func (c *Call) Do(r *Request) (*Response, error) {
	reply, err := c.call("http_send", &abi.HostCall{HTTPSend: &r.r})
	if err != nil {
		return nil, err
	}
	if reply.HTTPSend == nil {
		reply.HTTPSend = new(abi.Response)
	}
	return &Response{Response: reply.HTTPSend, Leaves: reply.HTTPSend.Leaves}, nil
}

// InspectImage describes a picture and, with limits, lists those that do not hold.
func (c *Call) InspectImage(handle uint32, limits *ImageLimits) (*abi.ImageInspectReply, error) {
	r, err := c.call("image_inspect", &abi.HostCall{ImageInspect: &abi.ImageInspectRequest{Handle: handle, Limits: limits}})
	if err != nil {
		return nil, err
	}
	return r.ImageInspect, nil
}

// FitImage makes a picture that holds the limits; the handle is good for the rest of the call.
func (c *Call) FitImage(handle uint32, limits *ImageLimits) (*PictureInfo, error) {
	r, err := c.call("image_fit", &abi.HostCall{ImageFit: &abi.ImageFitRequest{Handle: handle, Limits: limits}})
	if err != nil || r.ImageFit == nil {
		return nil, err
	}
	return r.ImageFit.Picture, nil
}

// ReadImage fetches a whole picture; the manifest must list the host function image_read.
func (c *Call) ReadImage(handle uint32) ([]byte, error) {
	var out []byte
	for {
		r, err := c.call("image_read", &abi.HostCall{ImageRead: &abi.ImageReadRequest{Handle: handle, Offset: uint64(len(out))}})
		if err != nil {
			return nil, err
		}
		if r.ImageRead == nil || len(r.ImageRead.Data) == 0 {
			return out, nil
		}
		if out == nil {
			out = make([]byte, 0, r.ImageRead.Size)
		}
		if out = append(out, r.ImageRead.Data...); uint64(len(out)) >= r.ImageRead.Size {
			return out, nil
		}
	}
}

// Logf writes one line to the host's log. Field values and secrets do not belong there; the host masks what it knows.
func (c *Call) Logf(level abi.LogLevel, format string, args ...any) {
	_, _ = c.call("log", &abi.HostCall{Log: &abi.LogRecord{Level: level, Message: fmt.Sprintf(format, args...)}})
}
