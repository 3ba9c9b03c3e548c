package fuel

import "github.com/tetratelabs/wazero/api"

// Set gives the instance m fuel for about n instructions, in place of what it had left; less than none counts as none.
// The error is [ErrNotInstrumented]. Like every use of an instance it must not overlap with a call into it.
func Set(m api.Module, n int64) error {
	g, ok := counter(m)
	if !ok {
		return ErrNotInstrumented
	}
	g.Set(api.EncodeI64(max(n, 0)))
	return nil
}

// Left returns the fuel that the instance m has left, below zero after it ran out, and zero if it has no counter. What a
// call used is the difference to what was set before.
func Left(m api.Module) int64 {
	g, ok := counter(m)
	if !ok {
		return 0
	}
	return int64(g.Get())
}

// Exhausted reports whether the instance m is out of fuel. Asked after a call that failed, it tells a guest that was
// stopped from one that trapped for reasons of its own. It says nothing about a call that succeeded: that one may have
// spent its last fuel in its last instructions.
func Exhausted(m api.Module) bool { return Left(m) < 0 }

func counter(m api.Module) (api.MutableGlobal, bool) {
	g, ok := m.ExportedGlobal(Global).(api.MutableGlobal)
	return g, ok
}
