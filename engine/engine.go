package engine

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Engine reads documents through providers. It is safe for concurrent use.
type Engine struct {
	shared *shared
	now    atomic.Pointer[generation] // that serves new calls

	mu       sync.Mutex     // one Reload or Close at a time
	retiring sync.WaitGroup // generations whose calls have not ended
	closed   bool
	closeErr error

	unobserve func() error // nil without metering
}

// Open finds the plugins, checks the configuration, and loads the plugins that it needs.
//
// It fails with all *[ConfigError]s joined when the configuration is wrong, and with the context's error when ctx ends. A plugin that cannot be
// loaded is no error: its providers are broken, which [Engine.Providers] lists with the reason, and all others work. The engine owns the
// runtimes from now on; if Open fails, it closes them.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	cfg = cfg.withDefaults()
	e := &Engine{shared: &shared{runtimes: cfg.Runtimes, fitting: make(chan struct{}, runtime.GOMAXPROCS(0)), store: cfg.Store}}
	g := &generation{shared: e.shared, cfg: cfg}
	late := context.WithoutCancel(ctx)
	if err := e.open(ctx, g); err != nil {
		return nil, errors.Join(err, g.retire(late), e.shared.close(late))
	}
	e.now.Store(g)
	if err := e.observeStatus(); err != nil {
		return nil, errors.Join(err, e.Close(late))
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context, g *generation) error {
	if e.shared.store == nil {
		e.shared.store, e.shared.ownStore = store.NewMemory(), true
	}
	var err error
	if e.shared.watch, err = newObserver(&g.cfg); err != nil {
		return err
	}
	if e.shared.owner, err = e.owner(g.cfg.Random); err != nil {
		return err
	}
	if e.shared.results, err = newResultCache(g.cfg.Results, g.cfg.Now, g.cfg.Random); err != nil {
		return err
	}
	found, err := g.cfg.find()
	if err != nil {
		return err
	}
	if err := g.open(ctx, found); err != nil {
		return err
	}
	tariffs, err := g.tariffs()
	if err != nil {
		return err
	}
	if err := e.shared.openBook(ctx, &g.cfg, tariffs); err != nil {
		return err
	}
	return g.openRouter(ctx, e.shared.book.Tariff, nil)
}

// owner returns a name for this engine that is unique among all that ever use its store.
func (e *Engine) owner(random io.Reader) (string, error) {
	if e.shared.ownStore {
		return "engine", nil
	}
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// begin counts a call in the present generation; nil once the engine is closed.
func (e *Engine) begin() *generation {
	for {
		g := e.now.Load()
		if g.running.Begin() {
			return g
		}
		if e.now.Load() == g {
			return nil // it is the last one, and it is closed
		}
	}
}

// Recognize reads one document. It asks the providers of a route as the route's policy says. Equal requests of one tenant that are under way at
// the same time share one call. It returns when the call ends, at the latest after the timeout of the route or of [Limits]; when ctx ends before,
// errors.Is finds the context's error. The error is always a *[Error]; it wraps [ErrClosed] after Close.
func (e *Engine) Recognize(ctx context.Context, req Request) (*Recognition, error) {
	g := e.begin()
	if g == nil {
		return nil, noAttempt(closed())
	}
	defer g.running.Done()
	return g.recognize(ctx, req, &picture{from: req.Picture})
}

// Providers returns all providers by name, and then the plugins that serve no provider.
func (e *Engine) Providers() []ProviderInfo { return e.now.Load().list() }

// Close makes new calls fail with [ErrClosed], waits for running calls until ctx ends, and then closes all plugins, connections and runtimes.
// A second Close returns what the first one returned.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return e.closeErr
	}
	e.closed = true
	var err error
	if e.unobserve != nil {
		err = e.unobserve()
	}
	err = errors.Join(err, e.now.Load().retire(ctx))
	ended := make(chan struct{})
	go func() {
		e.retiring.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	e.closeErr = errors.Join(err, e.shared.close(ctx))
	return e.closeErr
}

// DefaultRoute is the route of requests that name none.
const DefaultRoute = "default"
