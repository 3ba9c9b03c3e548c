package cli

import (
	"context"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// recorder records what a provider does in a dry run.
type recorder struct {
	mu       sync.Mutex
	picture  *abi.PictureInfo
	requests []recorded
	// outcome is the provider's result without a request, nil if it made one.
	outcome *abi.Action
	// heldBack is true if a request of http_send was valid and only the network was missing. The provider's result then says
	// nothing about a real call.
	heldBack bool
}

// recorded is a request of a provider.
type recorded struct {
	request *abi.HTTPRequest
	nonce   string
	// exchange is nil for a request of the host function http_send.
	exchange *abi.Exchange
	// refused is why http_send would also refuse the request in a real call.
	refused string
}

func (r *recorder) note(in *abi.StepRequest, a *abi.Action) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if in.Start != nil {
		r.picture = in.Start.Picture
	}
	switch {
	case a.Exchange != nil && a.Exchange.Request != nil:
		r.requests = append(r.requests, recorded{request: a.Exchange.Request, nonce: in.Context.Nonce, exchange: a.Exchange})
	case a.Exchange == nil:
		r.outcome = a
	}
}

// recordingRuntime records the steps of the plugins that it loads.
type recordingRuntime struct {
	catalog.Runtime
	record *recorder
}

func (r recordingRuntime) Load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	m, err := r.Runtime.Load(ctx, p)
	if err != nil {
		return nil, err
	}
	return recordingModule{m, r.record}, nil
}

type recordingModule struct {
	catalog.Module
	record *recorder
}

func (m recordingModule) Step(ctx context.Context, in *abi.StepRequest, host catalog.Host) (*abi.Action, error) {
	a, err := m.Module.Step(ctx, in, recordingHost{host, m.record, in.Context.Nonce})
	if err == nil {
		m.record.note(in, a)
	}
	return a, err
}

type recordingHost struct {
	catalog.Host
	record *recorder
	nonce  string
}

func (h recordingHost) Call(ctx context.Context, call *abi.HostCall) *abi.HostReply {
	reply := h.Host.Call(ctx, call)
	if call.HTTPSend == nil {
		return reply
	}
	x := recorded{request: call.HTTPSend, nonce: h.nonce}
	h.record.mu.Lock()
	defer h.record.mu.Unlock()
	if reply.Status == abi.HostStatusFailed {
		h.record.heldBack = true
	} else {
		x.refused = reply.Message
	}
	h.record.requests = append(h.record.requests, x)
	return reply
}
