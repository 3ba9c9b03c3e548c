package sdk

import (
	"fmt"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// HostError is the error of a host function. Status says what kind of error it is.
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

// Sign evaluates a [Hash] or an [HMAC] at once, for protocols whose later requests depend on it. Its error is a
// [*HostError]. The manifest must list the host function sign.
func (c *Call) Sign(v Value) ([]byte, error) {
	if len(v.Parts) != 1 || v.Parts[0].Digest == nil {
		return nil, &HostError{Function: "sign", Status: abi.HostStatusInvalid, Message: "the value must be a single Hash or HMAC"}
	}
	r, err := c.call("sign", &abi.HostCall{Sign: &abi.SignRequest{Digest: v.Parts[0].Digest}})
	if err != nil || r.Sign == nil {
		return nil, err
	}
	return r.Sign.Value, nil
}

// Do sends a request and waits for the answer. Prefer [Send]: an instance that waits in Do serves no other call. The
// error is a [*HostError]. The manifest must list the host function http_send.
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

// InspectImage describes a picture and lists the limits that it breaks; limits may be nil. Handle 0 is the picture of
// the call. The error is a [*HostError]. The manifest must list the host function image_inspect.
func (c *Call) InspectImage(handle uint32, limits *ImageLimits) (*abi.ImageInspectReply, error) {
	r, err := c.call("image_inspect", &abi.HostCall{ImageInspect: &abi.ImageInspectRequest{Handle: handle, Limits: limits}})
	if err != nil {
		return nil, err
	}
	return r.ImageInspect, nil
}

// FitImage makes a picture that meets the limits. Its handle is valid for the rest of the call. The error is a
// [*HostError]. The manifest must list the host function image_fit.
func (c *Call) FitImage(handle uint32, limits *ImageLimits) (*PictureInfo, error) {
	r, err := c.call("image_fit", &abi.HostCall{ImageFit: &abi.ImageFitRequest{Handle: handle, Limits: limits}})
	if err != nil || r.ImageFit == nil {
		return nil, err
	}
	return r.ImageFit.Picture, nil
}

// ReadImage returns the bytes of a picture. The error is a [*HostError]. The manifest must list the host function
// image_read, which operators see.
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

// Logf writes one line to the host's log. It must not contain field values or secrets; the host masks the secrets that
// it knows. The manifest must list the host function log.
func (c *Call) Logf(level abi.LogLevel, format string, args ...any) {
	_, _ = c.call("log", &abi.HostCall{Log: &abi.LogRecord{Level: level, Message: fmt.Sprintf(format, args...)}})
}
