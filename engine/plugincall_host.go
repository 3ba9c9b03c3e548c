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
	// maxFittedBytes bounds what the fitted pictures of one attempt may hold in memory.
	maxFittedBytes = 64 << 20
	// maxSentBody is the longest body that http_send gives beside the leaves, so that both fit into one message.
	maxSentBody = abi.MaxMessageBytes / 4
)

// hostCallState bounds the host calls of a step and lets only one run at a time.
type hostCallState struct {
	mu    sync.Mutex
	count int
}

func (h *hostCallState) reset() {
	h.mu.Lock()
	h.count = 0
	h.mu.Unlock()
}

// Call implements catalog.Host. Everything that can be wrong is a status.
func (a *attempt) Call(ctx context.Context, call *abi.HostCall) *abi.HostReply {
	name := call.Function()
	if name == "" {
		return refuse(abi.HostStatusInvalid, "the call names no function")
	}
	if !slices.Contains(a.provider.plugin.Manifest.HostFunctions, name) {
		return refuse(abi.HostStatusDenied, "the manifest's host_functions do not list "+name)
	}
	a.hostCalls.mu.Lock()
	defer a.hostCalls.mu.Unlock()
	if a.hostCalls.count++; a.hostCalls.count > a.gen.cfg.Limits.MaxHostCalls {
		return refuse(abi.HostStatusLimit, fmt.Sprintf("more than %d host calls in one step", a.gen.cfg.Limits.MaxHostCalls))
	}
	if ctx.Err() != nil {
		return refuse(abi.HostStatusTimeout, "the time of the call is over")
	}
	switch {
	case call.Sign != nil:
		return a.sign(call.Sign)
	case call.HTTPSend != nil:
		return a.httpSend(ctx, call.HTTPSend)
	case call.ImageInspect != nil:
		return a.imageInspect(call.ImageInspect)
	case call.ImageFit != nil:
		return a.imageFit(ctx, call.ImageFit)
	case call.ImageRead != nil:
		return a.imageRead(call.ImageRead)
	default:
		return a.log(ctx, call.Log)
	}
}

func refuse(status abi.HostStatus, message string) *abi.HostReply {
	return &abi.HostReply{Status: status, Message: message}
}

// sign evaluates a digest. A value that is no digest could carry a secret out, so the contract has none.
func (a *attempt) sign(in *abi.SignRequest) *abi.HostReply {
	if in.Digest == nil {
		return refuse(abi.HostStatusInvalid, "there is no digest to sign")
	}
	v := &abi.Value{Parts: []abi.Part{{Digest: in.Digest}}}
	b, err := a.eval.Bytes(v, abi.MaxStateBytes)
	if err != nil {
		return refuse(abi.HostStatusInvalid, err.Error())
	}
	return &abi.HostReply{Sign: &abi.SignReply{Value: b}}
}

func (a *attempt) httpSend(ctx context.Context, in *abi.HTTPRequest) *abi.HostReply {
	c, f := a.context()
	if f != nil {
		return refuse(abi.HostStatusFailed, f.Message)
	}
	r, _, f := a.send(ctx, in, c.Nonce, true)
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
	case errors.Is(f.err, errStrayed), f.Kind == abi.FailureKindPermissionDenied:
		status = abi.HostStatusDenied
	case f.Kind == abi.FailureKindTimeout:
		status = abi.HostStatusTimeout
	}
	return refuse(status, f.Message)
}

// inspected is a picture by handle with its headers read again: a handle can be anything a vendor sent.
func (a *attempt) inspected(handle uint32) ([]byte, imaging.Info, *abi.HostReply) {
	data, ok := a.Blob(handle)
	if !ok {
		return nil, imaging.Info{}, refuse(abi.HostStatusInvalid, fmt.Sprintf("there are no bytes under the handle %d", handle))
	}
	info, err := imaging.Inspect(data, a.gen.cfg.Limits.Picture)
	if err != nil {
		return nil, info, refuse(abi.HostStatusFailed, err.Error())
	}
	return data, info, nil
}

func (a *attempt) imageInspect(in *abi.ImageInspectRequest) *abi.HostReply {
	data, info, refused := a.inspected(in.Handle)
	if refused != nil {
		return refused
	}
	out := &abi.ImageInspectReply{Picture: pictureInfo(in.Handle, info)}
	if in.Limits != nil {
		out.Violations = violations(imageLimits(in.Limits), info, data)
	}
	return &abi.HostReply{ImageInspect: out}
}

// violations checks each limit by itself, so that all that do not hold are named.
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

func (a *attempt) imageFit(ctx context.Context, in *abi.ImageFitRequest) *abi.HostReply {
	data, info, refused := a.inspected(in.Handle)
	if refused != nil {
		return refused
	}
	var limits imaging.Limits
	if in.Limits != nil {
		limits = imageLimits(in.Limits)
	}
	fitted, err := a.gen.fitOne(ctx, data, info, limits)
	switch {
	case err != nil && ctx.Err() != nil:
		return refuse(abi.HostStatusTimeout, "the time of the call is over")
	case err != nil:
		return refuse(abi.HostStatusFailed, err.Error())
	}
	if a.fittedBytes += len(fitted.Data); a.fittedBytes > maxFittedBytes {
		return refuse(abi.HostStatusLimit, fmt.Sprintf("the fitted pictures of one call have more than %d bytes", maxFittedBytes))
	}
	return &abi.HostReply{ImageFit: &abi.ImageFitReply{Picture: pictureInfo(a.hold(fitted.Data), fitted.Info)}}
}

func (a *attempt) imageRead(in *abi.ImageReadRequest) *abi.HostReply {
	data, ok := a.Blob(in.Handle)
	if !ok {
		return refuse(abi.HostStatusInvalid, fmt.Sprintf("there are no bytes under the handle %d", in.Handle))
	}
	if in.Offset > uint64(len(data)) {
		return refuse(abi.HostStatusInvalid, "the offset lies behind the end")
	}
	rest := data[in.Offset:]
	n := min(len(rest), abi.MaxImageReadBytes)
	if in.Length > 0 {
		n = min(n, int(in.Length))
	}
	return &abi.HostReply{ImageRead: &abi.ImageReadReply{Data: rest[:n], Size: uint64(len(data))}}
}

// log passes a provider's line on, with every secret masked. Providers see card data, so their words go no further than
// the debug level.
func (a *attempt) log(ctx context.Context, in *abi.LogRecord) *abi.HostReply {
	if a.gen.cfg.Logger.Enabled(ctx, slog.LevelDebug) {
		a.gen.cfg.Logger.LogAttrs(ctx, slog.LevelDebug, "provider says",
			slog.String("provider", a.provider.name), slog.String("level", in.Level.String()), slog.String("text", a.redact(in.Message)))
	}
	return new(abi.HostReply)
}
