package fuel

import (
	"context"
	"errors"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const (
	// Global is the name under which the counter is exported: a mutable i64.
	Global = "ocrmux_fuel"
	// ImportModule is the module that metered modules import their host function from. No guest may import it itself.
	ImportModule = "ocrmux_meter"
	importRefill = "refill"
)

// Portion is how much fuel a guest gets at a time: after at most a quarter of a millisecond of a plain loop, or half of one
// of the dearest instructions, it calls the host, which lets others go first and gives it more.
const Portion = 1 << 21

// ErrExhausted is what a call ends with whose fuel is used up.
var ErrExhausted = errors.New("out of fuel")

// Tank holds what a call, or the making of an instance, may still use. It belongs to one instance and, like it, is not
// safe for concurrent use. The zero value is empty.
type Tank struct {
	// Pause, which may be nil, runs each time that the guest has used up a portion, and may wait.
	Pause func()

	counter api.MutableGlobal
	left    int64 // besides what is in the counter
	spent   bool
}

type tankKey struct{}

// With returns a context for calls into the instance that the tank belongs to. A guest that is called without one is
// stopped at once.
func (t *Tank) With(ctx context.Context) context.Context { return context.WithValue(ctx, tankKey{}, t) }

// From returns the tank of the call that a host function is part of, nil if there is none.
func From(ctx context.Context) *Tank {
	t, _ := ctx.Value(tankKey{}).(*Tank)
	return t
}

// Attach connects the tank with its instance, which must be a metered module's. The guest's first call of the host does
// it as well, so only a host that wants to see or set the counter before that needs to.
func (t *Tank) Attach(m api.Module) {
	if t.counter == nil {
		t.counter, _ = m.ExportedGlobal(Global).(api.MutableGlobal)
	}
}

// Fill puts n fuel into the tank, in place of what was left; less than none counts as none.
func (t *Tank) Fill(n int64) {
	t.left, t.spent = max(n, 0), false
	if t.counter != nil {
		t.counter.Set(0)
		t.portion()
	}
}

// portion gives the guest new fuel to count with.
func (t *Tank) portion() {
	left := t.Left()
	n := min(left, Portion)
	t.counter.Set(api.EncodeI64(n))
	t.left = left - n
}

// Left returns what the tank holds, below zero after the guest has used more than that.
func (t *Tank) Left() int64 {
	if t.counter == nil {
		return t.left
	}
	return t.left + int64(t.counter.Get())
}

// Exhausted reports whether the tank was found empty since it was filled.
func (t *Tank) Exhausted() bool { return t.spent || t.Left() < 0 }

// Pay takes n fuel. It returns [ErrExhausted], and takes what there is, if that is less.
func (t *Tank) Pay(n int64) error {
	if t.Left() < n {
		t.spent = true
	}
	if t.counter == nil {
		t.left -= n
	} else {
		t.counter.Set(api.EncodeI64(int64(t.counter.Get()) - n))
	}
	if t.spent {
		return ErrExhausted
	}
	return nil
}

// Toll takes n fuel for work that a host function is about to do. It ends the call, by a panic that the runtime turns
// into the error of the call, if there is less, or if the call's context is done. Every host function calls it first, so
// a guest that calls the host often pauses as often as one that only counts.
func Toll(ctx context.Context, m api.Module, n int64) {
	t := From(ctx)
	if t == nil {
		panic(ErrExhausted)
	}
	t.Attach(m)
	if err := t.Pay(n); err != nil {
		panic(err)
	}
	used := int64(t.counter.Get()) < 0
	if used && t.Pause != nil {
		t.Pause()
	}
	if err := ctx.Err(); err != nil {
		panic(err)
	}
	if used {
		t.portion()
	}
}

// Instantiate makes the host module that metered modules import. A guest calls refill each time its portion is used up.
func Instantiate(ctx context.Context, r wazero.Runtime) error {
	refill := func(ctx context.Context, m api.Module, _ []uint64) { Toll(ctx, m, 0) }
	_, err := r.NewHostModuleBuilder(ImportModule).NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(refill), nil, nil).Export(importRefill).Instantiate(ctx)
	return err
}
