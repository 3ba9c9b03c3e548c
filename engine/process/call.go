package process

import (
	"context"
	"errors"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/ocrmux/ocrmux/internal/abirpc"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// call makes one call of an entry point, in its turn and on a child that is ready.
func call[In, Out any](ctx context.Context, m *module, entry string, host catalog.Host, in *In,
	rpc func(*abirpc.Client, context.Context, *In) (*Out, error),
) (*Out, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.leave()
	c, failure := m.ready(ctx)
	if failure != nil {
		return nil, failure
	}
	open := c.calls.begin(ctx, host)
	number := strconv.FormatUint(open.number, 10)
	out, err := rpc(c.client, metadata.AppendToOutgoingContext(open.ctx, abirpc.CallKey, number), in)
	c.calls.end(open)
	if err != nil {
		return nil, m.explain(ctx, c, open, entry, err)
	}
	m.answered(c)
	return out, nil
}

// enter waits for a slot.
func (m *module) enter(ctx context.Context) error {
	m.mu.Lock()
	closed := m.closed
	if !closed {
		m.running.Add(1)
	}
	m.mu.Unlock()
	if closed {
		return m.failure(catalog.Unavailable, message.New(message.PluginClosed), nil)
	}
	select {
	case m.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		m.running.Done()
		return m.overdue(ctx.Err(), message.New(message.ProcessWhenQueued))
	case <-m.life.Done():
		m.running.Done()
		return m.failure(catalog.Unavailable, message.New(message.PluginClosed), nil)
	}
}

func (m *module) leave() {
	<-m.slots
	m.running.Done()
}

// ready returns the child. It waits for one that is being started.
func (m *module) ready(ctx context.Context) (*child, *catalog.PluginError) {
	for {
		m.mu.Lock()
		c, state, reason, changed := m.child, m.state, m.reason, m.changed
		m.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return nil, m.overdue(ctx.Err(), message.New(message.ProcessWhenUnsent))
		case c != nil && !c.lost():
			return c, nil
		case state == catalog.Broken:
			return nil, m.failure(catalog.CrashLoop, reason, nil)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, m.overdue(ctx.Err(), message.New(message.ProcessWhenRestarting, "reason", reason))
		case <-m.life.Done():
			return nil, m.failure(catalog.Unavailable, message.New(message.PluginClosed), nil)
		}
	}
}

// explain returns the PluginError of a failed call, which has been closed. It does not repeat the text of a gRPC status, which
// may quote the call.
func (m *module) explain(ctx context.Context, c *child, open *openCall, entry string, err error) *catalog.PluginError {
	if tooLarge := (*abirpc.SizeError)(nil); errors.As(err, &tooLarge) {
		return m.failure(catalog.TooLarge, message.New(message.ProcessTooLarge, "reason", tooLarge.Error()), err)
	}
	code, ended := status.Code(err), ctx.Err()
	if _, limited := ctx.Deadline(); limited && code == codes.DeadlineExceeded {
		ended = context.DeadlineExceeded // gRPC keeps the same deadline, and can be a moment early
	}
	switch {
	case ended != nil:
		// Time that the host has spent is not the provider's fault.
		if errors.Is(ended, context.DeadlineExceeded) && !open.hosted.Load() {
			c.timedOut()
		}
		return m.overdue(ended, message.New(message.ProcessWhenUnanswered))
	case code == codes.Unimplemented:
		return m.failure(catalog.Unavailable, message.New(message.ProcessNoEntryPoint, "entry", entry), nil)
	case code == codes.Unavailable || code == codes.Canceled:
		// The connection broke, and the process may still be on its way out.
		select {
		case <-c.proc.exited:
			if m.life.Err() != nil {
				return m.failure(catalog.Unavailable, message.New(message.ProcessClosedInCall), nil)
			}
			return m.failure(catalog.Exited, message.New(message.ProcessEndedInCall, "reason", c.why()), nil)
		case <-ctx.Done():
			return m.overdue(ctx.Err(), message.New(message.ProcessWhenLost))
		case <-m.cfg.After(m.cfg.StopGrace):
		}
	case code == codes.ResourceExhausted:
		m.answered(c)
		return m.failure(catalog.BadReply, message.New(message.ProcessAnswerTooLarge), nil)
	}
	m.answered(c)
	return m.failure(catalog.BadReply, message.New(message.ProcessAnswerStatus, "entry", entry, "status", code), nil)
}

// overdue returns the failure of a call whose context has ended.
func (m *module) overdue(err error, when message.Message) *catalog.PluginError {
	if errors.Is(err, context.DeadlineExceeded) {
		return m.failure(catalog.TimedOut, message.New(message.ProcessCallOverdue, "when", when), err)
	}
	return m.failure(catalog.Cancelled, message.New(message.ProcessCallCancelled, "when", when), err)
}

func (m *module) failure(cause catalog.Cause, detail message.Message, err error) *catalog.PluginError {
	return &catalog.PluginError{Plugin: m.launcher.name, Cause: cause, Detail: detail, Err: err}
}
