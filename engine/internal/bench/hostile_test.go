package bench

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// hostileManifest lets the guest that never ends serve as a provider.
const hostileManifest = `{"name": "hostile", "version": "1.0.0", "abi": {"major": 1},
 "documents": [{"document": "cn.idcard", "sides": ["front"], "fields": ["name"]}], "hosts": ["https://ocr.example"]}`

// BenchmarkHostileNeighbour has 16 callers call jumdata, whose vendor takes 20 ms, first alone and then while 50 calls of a
// plugin that burns all its fuel are in flight. An op is one round of both.
func BenchmarkHostileNeighbour(b *testing.B) {
	const callers, hostiles, lasts = 16, 50, 4 * time.Second
	plugins := b.TempDir()
	code, err := os.ReadFile("../../wasm/testdata/step_loops.wasm")
	if err == nil {
		code, err = manifest.Embed(code, []byte(hostileManifest))
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(plugins, "hostile.wasm"), code, 0o600)
	}
	if err == nil {
		err = os.Link(filepath.Join(pluginsBuilt(b), "jumdata.wasm"), filepath.Join(plugins, "jumdata.wasm"))
	}
	if err != nil {
		b.Fatal(err)
	}
	e := openWithHostile(b, plugins, startVendor(b, 20*time.Millisecond))
	card := picture(100_000)
	for b.Loop() {
		alone := called(b, e, card, "jumdata", callers, lasts)
		ctx, stop := context.WithCancel(context.Background())
		var burning sync.WaitGroup
		var burnt atomic.Int64
		for i := range hostiles {
			burning.Go(func() {
				own := append(bytes.Clone(card), byte(i)) // equal calls would be joined
				for ctx.Err() == nil {
					_, err := e.Recognize(ctx, engine.Request{Picture: engine.Bytes(own), Provider: "hostile"})
					if err == nil {
						b.Error("the hostile plugin answered")
					}
					burnt.Add(1)
				}
			})
		}
		beside := called(b, e, card, "jumdata", callers, lasts)
		stop()
		burning.Wait()
		b.ReportMetric(ms(alone.p99), "ms-p99-alone")
		b.ReportMetric(ms(beside.p99), "ms-p99")
		b.ReportMetric(ms(beside.p99)-2*ms(alone.p99), "ms-p99-over-twice") // at most 10
		b.ReportMetric(ms(alone.median), "ms-median-alone")
		b.ReportMetric(ms(beside.median), "ms-median")
		b.ReportMetric(float64(beside.calls)/float64(alone.calls), "throughput-ratio") // at least 0.5
		b.ReportMetric(float64(burnt.Load()), "hostile-calls")
	}
}

func openWithHostile(b *testing.B, plugins, endpoint string) *engine.Engine {
	b.Helper()
	w, err := wasm.New(wasm.Config{CacheDir: work.cache})
	if err != nil {
		b.Fatal(err)
	}
	e, err := engine.Open(context.Background(), engine.Config{
		Plugins:  plugins,
		Unlocked: true,
		Runtimes: []engine.Runtime{w},
		Providers: map[string]engine.ProviderConfig{
			"hostile": {Limits: engine.AccountLimits{Breaker: engine.Breaker{Off: true}}}, // which would protect the others much sooner
			"jumdata": {
				Config:  map[string]any{"endpoint": endpoint, "upload": "file"},
				Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("demo"), "app_secret": engine.NewSecret("efcefcef1121cefcefc1212121")},
			},
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return e
}

// measured is how calls of one provider went.
type measured struct {
	calls       int
	median, p99 time.Duration
}

// called has callers call a provider one after the other, each with a picture of its own, and says how long calls took.
func called(b *testing.B, e *engine.Engine, card []byte, provider string, callers int, lasts time.Duration) measured {
	b.Helper()
	took := make([][]time.Duration, callers)
	end := time.Now().Add(lasts)
	var calling sync.WaitGroup
	for i := range callers {
		calling.Go(func() {
			own := append(bytes.Clone(card), byte(i))
			for time.Now().Before(end) {
				began := time.Now()
				if _, err := e.Recognize(context.Background(), engine.Request{Picture: engine.Bytes(own), Provider: provider}); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(began))
			}
		})
	}
	calling.Wait()
	all := slices.Concat(took...)
	if len(all) == 0 {
		b.Fatal("no call ended")
	}
	slices.Sort(all)
	return measured{calls: len(all), median: all[len(all)/2], p99: all[len(all)*99/100]}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
