//go:build linux

package fuel_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"golang.org/x/sys/unix"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// BenchmarkPause reports the longest time that a guest keeps the processor, in milliseconds, for guests that try to keep
// it: the meter calls the host at least that often.
func BenchmarkPause(b *testing.B) {
	const depth = 600_000
	work := cat(op(asmGlobalGet, 0), const64(3), op(0x7e), op(asmGlobalSet, 0)).times(1_000)
	deep := asmFunc{params: []byte{i32}, body: cat( // as deep as the stack allows, less a little
		op(asmGet, 0), op(asmIf, void), op(asmGet, 0), const32(1), op(0x6b), op(asmCall, 1), op(asmEnd), work)}
	descend := looping(nil, cat(const32(depth), op(asmCall, 1)))
	straight := looping(nil, cat(op(asmGlobalGet, 0), const64(3), op(0x80), const64(1<<62), op(0x84), op(asmGlobalSet, 0)).times(100_000))
	for name, module := range map[string]asmModule{
		"plain loop":       {funcs: []asmFunc{looping(nil, nil)}},
		"straight code":    {funcs: []asmFunc{straight}, globals: []byte{i64}},
		"returns in a row": {funcs: []asmFunc{descend, deep}, globals: []byte{i64}},
	} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
			defer r.Close(ctx)
			runtime.LockOSThread() // its own time counts, not that of others on the machine
			defer runtime.UnlockOSThread()
			last, longest := threadTime(b), time.Duration(0)
			look := func() {
				now := threadTime(b)
				longest, last = max(longest, now-last), now
			}
			if err := fuel.Instantiate(ctx, r); err != nil {
				b.Fatal(err)
			}
			tank := &fuel.Tank{Pause: look}
			tank.Fill(1 << 40)
			ctx = tank.With(ctx)
			m, err := r.InstantiateWithConfig(ctx, instrument(b, module.bytes()), wazero.NewModuleConfig().WithName(""))
			if err != nil {
				b.Fatal(err)
			}
			tank.Attach(m)
			for b.Loop() {
				tank.Fill(1 << 33)
				last = threadTime(b)
				_, _ = m.ExportedFunction("run").Call(ctx, 1<<31-1)
				look()
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
		})
	}
}

func threadTime(tb testing.TB) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(t.Nano())
}
