package enginetest

import (
	"context"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// runtime takes the place of the runtime for WebAssembly modules and calls Go functions instead.
type runtime struct{ providers map[string]Provider }

func (*runtime) Kind() catalog.Kind { return engine.WASM }

func (r *runtime) Load(_ context.Context, p catalog.Plugin) (catalog.Module, error) {
	return &module{provider: r.providers[p.Manifest.Name]}, nil
}

func (*runtime) Close(context.Context) error { return nil }

// module is a fake provider at work.
type module struct{ provider Provider }

func (m *module) Step(ctx context.Context, in *abi.StepRequest, _ catalog.Host) (*abi.Action, error) {
	asked := Input{Document: in.Start.Document, Side: in.Start.Side, Extras: in.Start.Extras, Options: make(map[string]string)}
	for _, l := range in.Start.Options {
		asked.Options[l.Path] = l.Value
	}
	out := Output{Fields: Specimen(), Side: engine.Front, Billed: engine.BilledYes}
	if m.provider.Respond != nil {
		out = m.provider.Respond(ctx, asked)
	}
	if err := ctx.Err(); err != nil {
		return nil, err // a vendor that answers too late
	}
	if f := out.Failure; f != nil {
		return &abi.Action{Fail: &abi.Fail{
			Kind: f.Kind, Message: f.Message.String(), VendorCode: f.VendorCode, VendorMessage: f.VendorMessage, Retryable: f.Retryable, FailOver: f.FailOver,
			Billed: f.Billed, Fault: f.Fault, RetryAfterMs: uint32(f.RetryAfter.Milliseconds()),
		}}, nil
	}
	return done(asked, out), nil
}

func (m *module) Accept(context.Context, *abi.AcceptRequest, catalog.Host) (*abi.Accepted, error) {
	return nil, m.noFrontDoor()
}

func (m *module) Reply(context.Context, *abi.ReplyRequest, catalog.Host) (*abi.InboundResponse, error) {
	return nil, m.noFrontDoor()
}

func (m *module) noFrontDoor() error {
	return &engine.PluginError{Plugin: m.provider.Name, Cause: catalog.Unavailable, Detail: message.Text("a fake provider has no front door")}
}

func (*module) Status() catalog.Status { return catalog.Status{State: engine.Ready, Instances: 1} }

func (*module) Close(context.Context) error { return nil }
