package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/value"
)

const (
	// maxFittedBytes bounds the memory of the pictures that one plugin call has fitted.
	maxFittedBytes = 64 << 20
	// maxSentBody is the longest body that http_send returns beside the leaves, so that both fit into one message.
	maxSentBody = abi.MaxMessageBytes / 4
)

// hostCallState counts the host calls of a step and lets only one run at a time.
type hostCallState struct {
	mu    sync.Mutex
	count int
}

func (h *hostCallState) reset() {
	h.mu.Lock()
	h.count = 0
	h.mu.Unlock()
}

// Call implements catalog.Host. Everything that can go wrong is a status of the reply.
func (c *pluginCall) Call(ctx context.Context, call *abi.HostCall) *abi.HostReply {
	name := call.Function()
	if name == "" {
		return refuse(abi.HostStatusInvalid, "the call names no function")
	}
	if !slices.Contains(c.provider.plugin.Manifest.HostFunctions, name) {
		return refuse(abi.HostStatusDenied, "the manifest's host_functions do not list "+name)
	}
	c.hostCalls.mu.Lock()
	defer c.hostCalls.mu.Unlock()
	if c.hostCalls.count++; c.hostCalls.count > c.gen.cfg.Limits.MaxHostCalls {
		return refuse(abi.HostStatusLimit, fmt.Sprintf("more than %d host calls in one step", c.gen.cfg.Limits.MaxHostCalls))
	}
	if ctx.Err() != nil {
		return refuse(abi.HostStatusTimeout, "the time of the call is over")
	}
	switch {
	case call.Sign != nil:
		return c.sign(call.Sign)
	case call.HTTPSend != nil:
		return c.httpSend(ctx, call.HTTPSend)
	case call.ImageInspect != nil:
		return c.imageInspect(call.ImageInspect)
	case call.ImageFit != nil:
		return c.imageFit(ctx, call.ImageFit)
	case call.ImageRead != nil:
		return c.imageRead(call.ImageRead)
	default:
		return c.log(ctx, call.Log)
	}
}

func refuse(status abi.HostStatus, message string) *abi.HostReply {
	return &abi.HostReply{Status: status, Message: message}
}

// sign evaluates a digest. The contract has no other values here, since they could carry a secret out.
func (c *pluginCall) sign(in *abi.SignRequest) *abi.HostReply {
	if in.Digest == nil {
		return refuse(abi.HostStatusInvalid, "there is no digest to sign")
	}
	v := &abi.Value{Parts: []abi.Part{{Digest: in.Digest}}}
	b, err := c.eval.Bytes(v, abi.MaxStateBytes)
	if err != nil {
		return refuse(abi.HostStatusInvalid, err.Error())
	}
	return &abi.HostReply{Sign: &abi.SignReply{Value: b}}
}

func (c *pluginCall) httpSend(ctx context.Context, in *abi.HTTPRequest) *abi.HostReply {
	about, f := c.stepContext()
	if f != nil {
		return refuse(abi.HostStatusFailed, f.Failure.Message.String())
	}
	c.next(abi.BilledUnknown, false)
	r, _, f := c.send(ctx, in, about.Nonce, true)
	if f == nil {
		if len(r.Body) > maxSentBody {
			r.Body = nil
		}
		return &abi.HostReply{HTTPSend: r}
	}
	status := abi.HostStatusFailed
	var malformed *value.Error
	switch {
	case errors.As(f.err, &malformed):
		status = abi.HostStatusInvalid
	case errors.Is(f.err, errTooMany):
		status = abi.HostStatusLimit
	case errors.Is(f.err, errStrayed), f.Failure.Kind == abi.FailureKindPermissionDenied:
		status = abi.HostStatusDenied
	case f.Failure.Kind == abi.FailureKindTimeout:
		status = abi.HostStatusTimeout
	}
	return refuse(status, f.Failure.Message.String())
}

// inspected returns a picture by its handle. A handle may be anything that a vendor has sent, so its headers are read first.
func (c *pluginCall) inspected(handle uint32) ([]byte, imaging.Info, *abi.HostReply) {
	data, ok := c.Blob(handle)
	if !ok {
		return nil, imaging.Info{}, refuse(abi.HostStatusInvalid, fmt.Sprintf("there are no bytes under the handle %d", handle))
	}
	if handle == 0 && c.header != (imaging.Info{}) {
		return data, c.header, nil
	}
	info, err := imaging.Inspect(data, c.gen.cfg.Limits.Picture)
	if err != nil {
		return nil, info, refuse(abi.HostStatusFailed, err.Error())
	}
	return data, info, nil
}

func (c *pluginCall) imageInspect(in *abi.ImageInspectRequest) *abi.HostReply {
	data, info, refused := c.inspected(in.Handle)
	if refused != nil {
		return refused
	}
	out := &abi.ImageInspectReply{Picture: pictureInfo(in.Handle, info)}
	if in.Limits != nil {
		out.Violations = violations(imageLimits(in.Limits), info, data)
	}
	return &abi.HostReply{ImageInspect: out}
}

// violations checks each limit by itself, so that every limit that is broken is named.
func violations(l imaging.Limits, info imaging.Info, data []byte) []abi.LimitViolation {
	single := []imaging.Limits{
		{Formats: l.Formats}, {MinSide: l.MinSide}, {MaxSide: l.MaxSide}, {MaxBytes: l.MaxBytes},
		{MaxEncodedBytes: l.MaxEncodedBytes, Encoding: l.Encoding},
	}
	var out []abi.LimitViolation
	for _, one := range single {
		if e, ok := one.Check(info, data).(*imaging.LimitError); ok && e != nil {
			v := abi.LimitViolation{Limit: string(e.Limit), Value: fmt.Sprint(e.Value), Allowed: fmt.Sprint(e.Allowed)}
			if e.Limit == imaging.LimitFormats {
				v.Value, v.Allowed = e.Format.String(), fmt.Sprint(e.Formats)
			}
			out = append(out, v)
		}
	}
	return out
}

func (c *pluginCall) imageFit(ctx context.Context, in *abi.ImageFitRequest) *abi.HostReply {
	data, info, refused := c.inspected(in.Handle)
	if refused != nil {
		return refused
	}
	var limits imaging.Limits
	if in.Limits != nil {
		limits = imageLimits(in.Limits)
	}
	fitted, err := c.gen.fitOne(ctx, data, info, limits)
	switch {
	case err != nil && ctx.Err() != nil:
		return refuse(abi.HostStatusTimeout, "the time of the call is over")
	case err != nil:
		return refuse(abi.HostStatusFailed, err.Error())
	}
	if c.fittedBytes += len(fitted.Data); c.fittedBytes > maxFittedBytes {
		return refuse(abi.HostStatusLimit, fmt.Sprintf("the fitted pictures of one call have more than %d bytes", maxFittedBytes))
	}
	return &abi.HostReply{ImageFit: &abi.ImageFitReply{Picture: pictureInfo(c.hold(fitted.Data), fitted.Info)}}
}

func (c *pluginCall) imageRead(in *abi.ImageReadRequest) *abi.HostReply {
	data, ok := c.Blob(in.Handle)
	if !ok {
		return refuse(abi.HostStatusInvalid, fmt.Sprintf("there are no bytes under the handle %d", in.Handle))
	}
	if in.Offset > uint64(len(data)) {
		return refuse(abi.HostStatusInvalid, "the offset is beyond the end")
	}
	rest := data[in.Offset:]
	n := min(len(rest), abi.MaxImageReadBytes)
	if in.Length > 0 {
		n = min(n, int(in.Length))
	}
	return &abi.HostReply{ImageRead: &abi.ImageReadReply{Data: rest[:n], Size: uint64(len(data))}}
}

// log writes a line of the plugin, with every secret masked. Plugins see card data, so their lines are only written at the debug level.
func (c *pluginCall) log(ctx context.Context, in *abi.LogRecord) *abi.HostReply {
	if c.gen.cfg.Logger.Enabled(ctx, slog.LevelDebug) {
		c.gen.cfg.Logger.LogAttrs(ctx, slog.LevelDebug, "provider says",
			slog.String("provider", c.provider.name), slog.String("level", in.Level.String()), slog.String("text", c.redact(in.Message)))
	}
	return new(abi.HostReply)
}
