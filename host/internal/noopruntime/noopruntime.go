// Package noopruntime provides runtimes that accept every plugin and run none, for commands that only examine a configuration. Plugin
// files are checked before a runtime loads them.
package noopruntime

import (
	"context"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Runtimes returns a runtime for each kind of plugin. They are safe for concurrent use.
func Runtimes() []engine.Runtime {
	return []engine.Runtime{runtime(catalog.WASM), runtime(catalog.Process), runtime(catalog.Declarative)}
}

type runtime catalog.Kind

func (r runtime) Kind() catalog.Kind { return catalog.Kind(r) }

func (runtime) Load(_ context.Context, p catalog.Plugin) (catalog.Module, error) {
	return module{p.Manifest.Name}, nil
}

func (runtime) Close(context.Context) error { return nil }

// module refuses every call.
type module struct{ plugin string }

func (m module) refuse() error {
	return &catalog.PluginError{Plugin: m.plugin, Cause: catalog.Unavailable, Detail: message.New(message.PluginOnlyLookedAt)}
}

func (m module) Step(context.Context, *abi.StepRequest, catalog.Host) (*abi.Action, error) {
	return nil, m.refuse()
}

func (m module) Accept(context.Context, *abi.AcceptRequest, catalog.Host) (*abi.Accepted, error) {
	return nil, m.refuse()
}

func (m module) Reply(context.Context, *abi.ReplyRequest, catalog.Host) (*abi.InboundResponse, error) {
	return nil, m.refuse()
}

func (module) Status() catalog.Status      { return catalog.Status{State: catalog.Ready} }
func (module) Close(context.Context) error { return nil }
