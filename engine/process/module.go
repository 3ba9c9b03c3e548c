package process

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// module is a plugin with the child that serves it at the moment.
type module struct {
	launcher *launcher
	cfg      *Config
	slots    chan struct{}

	// life ends when the module has been drained, hurry when it may not even wait for a graceful end.
	life, hurry      context.Context
	endLife, noGrace context.CancelFunc
	// supervised is closed when the supervisor and the last child have ended.
	supervised chan struct{}
	running    sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	state    catalog.State
	reason   message.Message
	child    *child // nil while there is none
	replaced int
	health   health
	// changed is closed, and replaced by another, when any of the above changes.
	changed chan struct{}
}

func newModule(l *launcher, first *child) *module {
	m := &module{
		launcher:   l,
		cfg:        l.cfg,
		slots:      make(chan struct{}, l.cfg.Concurrency),
		supervised: make(chan struct{}),
		state:      catalog.Ready,
		child:      first,
		health:     health{cfg: l.cfg},
		changed:    make(chan struct{}),
	}
	m.life, m.endLife = context.WithCancel(context.Background())
	m.hurry, m.noGrace = context.WithCancel(context.Background())
	go m.supervise(first)
	return m
}

func (m *module) Step(ctx context.Context, in *abi.StepRequest, host catalog.Host) (*abi.Action, error) {
	return call(ctx, m, "Step", host, in, (*abirpc.Client).Step)
}

func (m *module) Accept(ctx context.Context, in *abi.AcceptRequest, host catalog.Host) (*abi.Accepted, error) {
	return call(ctx, m, "Accept", host, in, (*abirpc.Client).Accept)
}

func (m *module) Reply(ctx context.Context, in *abi.ReplyRequest, host catalog.Host) (*abi.InboundResponse, error) {
	return call(ctx, m, "Reply", host, in, (*abirpc.Client).Reply)
}

func (m *module) Status() catalog.Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := catalog.Status{State: m.state, Reason: m.reason, Replaced: m.replaced}
	if m.closed {
		s.State, s.Reason = catalog.Closed, message.New(message.PluginClosed)
	}
	if m.child != nil {
		s.Instances = 1
	}
	return s
}

// Close waits for running calls until ctx ends. Calls that still run then fail, and Close returns an error.
func (m *module) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()

	drained := make(chan struct{})
	go func() {
		defer close(drained)
		m.running.Wait()
	}()
	var err error
	select {
	case <-drained:
	case <-ctx.Done():
		err = fmt.Errorf("plugin %s: closed while calls were running: %w", m.launcher.name, ctx.Err())
	}
	m.endLife()
	defer context.AfterFunc(ctx, m.noGrace)()
	<-m.supervised
	<-drained
	return err
}

// set changes the state. m.mu must be held.
func (m *module) set(s catalog.State, reason message.Message) {
	m.state, m.reason = s, reason
	close(m.changed)
	m.changed = make(chan struct{})
}

// supervise replaces the child until the module is closed.
func (m *module) supervise(c *child) {
	defer close(m.supervised)
	defer m.launcher.close()
	defer m.ended()
	for c != nil {
		select {
		case <-c.done:
			c = m.replace(c.why())
		case <-m.life.Done():
			c.stop(m.hurry)
			return
		}
	}
}

// replace starts another child, as often as it takes. It returns nil if the module is closed meanwhile.
func (m *module) replace(why message.Message) *child {
	for {
		select {
		case <-m.cfg.After(m.lost(why)):
		case <-m.life.Done():
			return nil
		}
		m.retry()
		c, failure := m.launcher.launch(m.life)
		if failure == nil {
			m.found(c)
			return c
		}
		if m.life.Err() != nil {
			return nil
		}
		why = failure.Detail
	}
}

// lost records a failure and returns the delay before the next start.
func (m *module) lost(why message.Message) time.Duration {
	now := m.cfg.Now()
	m.mu.Lock()
	m.child = nil
	wait, rest := m.health.failed(now)
	if rest {
		m.set(catalog.Broken, message.New(message.ProcessRests, "until", now.Add(wait).UTC(), "reason", why))
	} else {
		m.set(catalog.Restarting, why)
	}
	m.mu.Unlock()
	m.cfg.Logger.Warn("provider was lost", "plugin", m.launcher.name, "reason", why.String(), "next_start_in", wait, "rests", rest)
	return wait
}

// retry makes calls wait again for the start that follows.
func (m *module) retry() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(catalog.Restarting, m.reason)
}

func (m *module) found(c *child) {
	m.mu.Lock()
	m.child = c
	m.replaced++
	m.set(catalog.Ready, message.Message{})
	m.mu.Unlock()
	m.cfg.Logger.Info("provider was replaced", "plugin", m.launcher.name)
}

// ended records that there is no child any more and will be none.
func (m *module) ended() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.child = nil
}

// answered records that the child works.
func (m *module) answered(c *child) {
	c.answered()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.health.answered()
}
