package wasm

import (
	"context"
	"errors"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// take waits for a slot and makes an instance if the slot has none.
func (m *module) take(ctx context.Context) (*instance, error) {
	if err := ctx.Err(); err != nil {
		return nil, m.interrupted(err)
	}
	select {
	case <-m.closing:
		return nil, m.closed()
	default:
	}
	select {
	case in := <-m.warm: // before a slot whose instance has been idle for longer, or that has none
		return in, nil
	default:
	}
	select {
	case in := <-m.warm:
		return in, nil
	case in := <-m.slots:
		if in != nil {
			return in, nil
		}
		return m.fill(ctx)
	case <-m.closing:
		return nil, m.closed()
	case <-ctx.Done():
		return nil, m.interrupted(ctx.Err())
	}
}

// fill makes an instance for a slot that has none, and gives the slot back if it cannot.
func (m *module) fill(ctx context.Context) (*instance, error) {
	in, err := m.newInstance(ctx)
	if err != nil {
		m.slots <- nil
		return nil, err
	}
	m.live.Add(1)
	return in, nil
}

func (m *module) closed() error {
	return m.failure(catalog.Unavailable, message.New(message.PluginClosed), nil)
}

func (m *module) interrupted(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return m.failure(catalog.TimedOut, message.New(message.ModuleNoInstance), err)
	}
	return m.failure(catalog.Cancelled, message.New(message.ModuleCallerGone), err)
}

// put gives a slot back, with an instance as if it had answered no call. One that failed, grew or grew old is closed, and
// so is one that cannot be put back.
func (m *module) put(in *instance, failed bool) {
	cfg := m.runtime.cfg
	keep := !failed && in.calls < cfg.MaxCalls && in.mod.Memory().Size() <= cfg.MaxIdleMemory && m.image != nil
	keep = keep && m.runtime.putBack(m.image, in) == nil
	held := in.mod.Memory().Size()
	m.memory.Add(int64(held) - int64(in.held))
	in.held = held
	if !keep {
		_ = m.discard(context.Background(), in) // the memory is released either way
		m.replaced.Add(1)
		m.slots <- nil
		return
	}
	select {
	case m.warm <- in:
	default:
		m.slots <- in
	}
}

func (m *module) discard(ctx context.Context, in *instance) error {
	m.live.Add(-1)
	m.memory.Add(-int64(in.held))
	return in.mod.Close(ctx)
}

// Status implements catalog.Module.
func (m *module) Status() catalog.Status {
	s := catalog.Status{State: catalog.Ready, Instances: int(m.live.Load()), Replaced: int(m.replaced.Load()), Memory: m.memory.Load()}
	select {
	case <-m.closing:
		s.State = catalog.Closed
	default:
	}
	return s
}

// Close implements catalog.Module: it has waited for every running call when it owns every slot. One that ran out of time
// can be repeated.
func (m *module) Close(ctx context.Context) error {
	m.closeOnce.Do(func() { close(m.closing) })
	select {
	case m.closer <- struct{}{}:
		defer func() { <-m.closer }()
	case <-ctx.Done():
		return m.stillRunning(ctx.Err())
	}
	var err error
	for ; m.released < cap(m.slots); m.released++ {
		select {
		case in := <-m.warm:
			err = errors.Join(err, m.discard(ctx, in))
		case in := <-m.slots:
			if in != nil {
				err = errors.Join(err, m.discard(ctx, in))
			}
		case <-ctx.Done():
			return errors.Join(err, m.stillRunning(ctx.Err()))
		}
	}
	if m.released == cap(m.slots) {
		m.released++
		err = errors.Join(err, m.compiled.Close(ctx))
		if m.image != nil {
			m.image.close()
		}
	}
	return err
}

func (m *module) stillRunning(err error) error {
	return m.failure(catalog.TimedOut, message.New(message.PluginCallsRunning), err)
}
