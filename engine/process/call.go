package process

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/ocrmux/ocrmux/internal/abirpc"
	"github.com/ocrmux/ocrmux/internal/catalog"
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
		return m.failure(catalog.Unavailable, "the plugin has been closed", nil)
	}
	select {
	case m.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		m.running.Done()
		return m.overdue(ctx.Err(), "while waiting for its turn")
	case <-m.life.Done():
		m.running.Done()
		return m.failure(catalog.Unavailable, "the plugin has been closed", nil)
	}
}

func (m *module) leave() {
	<-m.slots
	m.running.Done()
}

// ready gives the child, and waits for one that is being started.
func (m *module) ready(ctx context.Context) (*child, *catalog.PluginError) {
	for {
		m.mu.Lock()
		c, state, reason, changed := m.child, m.state, m.reason, m.changed
		m.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return nil, m.overdue(ctx.Err(), "before it was sent")
		case c != nil && !c.lost():
			return c, nil
		case state == catalog.Broken:
			return nil, m.failure(catalog.CrashLoop, reason, nil)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, m.overdue(ctx.Err(), "while the provider was being restarted: "+reason)
		case <-m.life.Done():
			return nil, m.failure(catalog.Unavailable, "the plugin has been closed", nil)
		}
	}
}

// explain makes a failed call, which has been closed, a PluginError. What the child says in a gRPC status is not repeated: it
// may quote the call.
func (m *module) explain(ctx context.Context, c *child, open *openCall, entry string, err error) *catalog.PluginError {
	if tooLarge := (*abirpc.SizeError)(nil); errors.As(err, &tooLarge) {
		return m.failure(catalog.TooLarge, "for the provider: "+tooLarge.Error(), err)
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
		return m.overdue(ended, "without an answer")
	case code == codes.Unimplemented:
		return m.failure(catalog.Unavailable, "the provider has no entry point "+entry, nil)
	case code == codes.Unavailable || code == codes.Canceled:
		// The connection broke, and the process may still be on its way out.
		select {
		case <-c.proc.exited:
			if m.life.Err() != nil {
				return m.failure(catalog.Unavailable, "the plugin was closed during the call", nil)
			}
			return m.failure(catalog.Exited, "the provider ended during the call: "+c.why(), nil)
		case <-ctx.Done():
			return m.overdue(ctx.Err(), "after the connection to the provider was lost")
		case <-m.cfg.After(m.cfg.StopGrace):
		}
	case code == codes.ResourceExhausted:
		m.answered(c)
		return m.failure(catalog.BadReply, "the answer is larger than a message may be", nil)
	}
	m.answered(c)
	return m.failure(catalog.BadReply, fmt.Sprintf("%s ended with the gRPC status %v or an answer that cannot be read", entry, code), nil)
}

// overdue is the failure of a call whose context has ended.
func (m *module) overdue(err error, when string) *catalog.PluginError {
	if errors.Is(err, context.DeadlineExceeded) {
		return m.failure(catalog.TimedOut, "the call's time ran out "+when, err)
	}
	return m.failure(catalog.Cancelled, "the call was cancelled "+when, err)
}

func (m *module) failure(cause catalog.Cause, detail string, err error) *catalog.PluginError {
	return &catalog.PluginError{Plugin: m.launcher.name, Cause: cause, Detail: detail, Err: err}
}
