package engine

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Reload replaces the configuration, and reads the plugins' folder again. Running calls end with the configuration with which they began.
// Budgets, parked accounts, breakers, latencies and limits are kept. Runtimes, Store, Results, Now, Random, Logger, Tracing and Metering stay
// as Open has got them.
//
// A plugin whose file is new or changed is loaded and asked for a first step before anything is replaced. If it fails, or is not approved, the
// plugin before it keeps serving, and [Engine.Providers] says why; that is no error. Reload fails as Open does, or with [ErrClosed], and then
// changes nothing. It waits for another Reload or Close.
func (e *Engine) Reload(ctx context.Context, cfg Config) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return noAttempt(closed())
	}
	old := e.now.Load()
	cfg.Runtimes, cfg.Store, cfg.Results = old.cfg.Runtimes, old.cfg.Store, old.cfg.Results
	cfg.Now, cfg.Random, cfg.Logger = old.cfg.Now, old.cfg.Random, old.cfg.Logger
	next, err := e.successor(ctx, old, cfg.withDefaults())
	if err != nil {
		return err
	}
	e.now.Store(next)
	for name, p := range next.providers {
		if before := old.providers[name]; before != nil && !maps.EqualFunc(before.secrets, p.secrets, bytes.Equal) {
			next.router.Forgive(name) // the new secrets may be right
		}
	}
	e.retiring.Go(func() {
		if err := old.retire(context.Background()); err != nil {
			old.cfg.Logger.Error("the configuration before a reload was not closed without errors", "error", err)
		}
	})
	return nil
}

// successor makes the next generation. It keeps the current plugin where its new file fails.
func (e *Engine) successor(ctx context.Context, old *generation, cfg Config) (*generation, error) {
	found, err := cfg.find()
	if err != nil {
		return nil, err
	}
	refused := make(map[string]error)
	for i := range found {
		if why := found[i].Err; why != nil && old.keep(&found[i]) {
			refused[found[i].Name] = why
		}
	}
	for {
		g := &generation{shared: e.shared, cfg: cfg, refused: refused, before: old}
		err := g.open(ctx, found)
		if err == nil {
			again := false
			for name, why := range g.untrustworthy(ctx, old) {
				i := slices.IndexFunc(found, func(f catalog.Found) bool { return f.Name == name })
				if old.keep(&found[i]) {
					refused[name], again = why, true
				}
			}
			if again {
				if err := g.retire(ctx); err != nil {
					return nil, err
				}
				continue // with the plugins before them
			}
			err = e.succeed(ctx, g, old)
		}
		if err != nil {
			return nil, errors.Join(err, g.retire(context.WithoutCancel(ctx)))
		}
		for name, why := range refused {
			cfg.Logger.Warn("a plugin's new file is refused, and the one before it keeps serving", "plugin", name, "error", why)
		}
		g.before = nil
		return g, nil
	}
}

// succeed hands the budgets and the accounts over to a generation.
func (e *Engine) succeed(ctx context.Context, g, old *generation) error {
	tariffs, err := g.tariffs()
	if err != nil {
		return err
	}
	change, err := e.shared.book.Prepare(g.cfg.Money.Budgets, tariffs)
	if err != nil {
		return wrongMoney(err)
	}
	if err := g.openRouter(ctx, change.Tariff, old.router); err != nil {
		return err
	}
	change.Apply()
	return nil
}

// keep replaces a plugin that was found by the one of that name that serves now. It returns false when there is none.
func (g *generation) keep(f *catalog.Found) bool {
	for _, p := range g.users() {
		if p.serves == f.Name && p.loadErr == nil && p.module != nil {
			f.Plugin, f.Err = p.plugin, nil
			return true
		}
	}
	return false
}

// untrustworthy returns the plugins that are new in a generation and fail to load or to make a step, with the reasons.
func (g *generation) untrustworthy(ctx context.Context, old *generation) map[string]error {
	known := make(map[moduleID]bool)
	for _, l := range old.modules {
		known[l.Key] = true
	}
	out := make(map[string]error)
	for _, p := range g.users() {
		switch {
		case p.plugin.Manifest == nil || known[idOf(p.plugin)]:
		case p.loadErr != nil:
			out[p.serves] = p.loadErr
		case p.door:
		default:
			if err := g.canary(ctx, p); err != nil {
				out[p.serves] = err
			}
		}
	}
	return out
}

// canaryTime bounds the first step of a plugin that is to replace another.
const canaryTime = 20 * time.Second

// canary asks a provider for its first step, without a picture. Nothing is sent.
func (g *generation) canary(ctx context.Context, p *provider) error {
	ctx, cancel := context.WithTimeout(ctx, canaryTime)
	defer cancel()
	a := g.newAttempt(p, nil)
	a.blobs = [][]byte{nil}
	about, f := a.stepContext()
	if f != nil {
		return f
	}
	in := &abi.StepRequest{Context: about, Start: &abi.Start{Document: p.plugin.Manifest.Documents[0].Document, Picture: &abi.PictureInfo{
		Format: abi.ImageFormatJPG, Width: 856, Height: 540, Size: 100_000, Orientation: 1,
	}}}
	_, err := p.module.Step(ctx, in, denyHost{})
	return err
}

// denyHost denies all host calls.
type denyHost struct{}

func (denyHost) Call(context.Context, *abi.HostCall) *abi.HostReply {
	return &abi.HostReply{Status: abi.HostStatusDenied, Message: "this is a trial: nothing is sent, and there is no picture"}
}
