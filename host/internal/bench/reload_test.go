package bench

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// loadFor is how long BenchmarkReloadUnderLoad loads the gateway, unless the environment says otherwise.
const (
	loadFor    = time.Minute
	loadForEnv = "OCRMUX_BENCH_LOAD"
	clients    = 8 // that call without a pause
)

// BenchmarkReloadUnderLoad replaces a plugin by its other version once a second while clients call without pause. No call may fail,
// and each replacement must be noticed. An op takes a minute, or the time in OCRMUX_BENCH_LOAD, such as 10s.
func BenchmarkReloadUnderLoad(b *testing.B) {
	length := loadFor
	if text := os.Getenv(loadForEnv); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		g := serve(b, vendorHere(b, func() {}), "info")
		l := newLoad(b, g)
		l.run(b, func() { // opens the connections and compiles both versions
			for range 4 {
				l.replace(b)
			}
		})
		goroutines, resident := g.goroutines(b), g.resident(b, "VmRSS")
		reloads, began := 0, time.Now()
		took := l.run(b, func() {
			second := time.NewTicker(time.Second)
			defer second.Stop()
			for time.Since(began) < length {
				<-second.C
				l.replace(b)
				reloads++
			}
		})
		b.ReportMetric(float64(reloads), "reloads")
		b.ReportMetric(float64(len(took)), "calls")
		b.ReportMetric(0, "errors") // an error ends the benchmark
		b.ReportMetric(quantile(took, 0.5), "ms-p50")
		b.ReportMetric(quantile(took, 0.99), "ms-p99")
		b.ReportMetric(quantile(took, 1), "ms-longest")
		b.ReportMetric(resident, "MiB-before")
		b.ReportMetric(g.resident(b, "VmRSS"), "MiB-after")
		b.ReportMetric(g.resident(b, "VmHWM"), "MiB-peak")
		b.ReportMetric(goroutines, "goroutines-before")
		b.ReportMetric(g.goroutines(b), "goroutines-after")
		b.ReportMetric(0, "ns/op")
	}
}

func TestReloadUnderLoadWithoutAnError(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and two plugins")
	}
	g := serve(t, vendorHere(t, func() {}), "info")
	l := newLoad(t, g)
	took := l.run(t, func() {
		for range 3 {
			l.replace(t)
		}
	})
	if len(took) == 0 {
		t.Error("nothing was called meanwhile")
	}
}

// load is clients that call jumdata through the gateway, and the plugin's two versions.
type load struct {
	g        *gateway
	pictures []*form
	numbered atomic.Uint64
	modules  [2]string
	versions [2]string
	now      int // which of the two is there
}

func newLoad(tb testing.TB, g *gateway) *load {
	l := &load{g: g, modules: [2]string{plugin("jumdata"), filepath.Join(newer(), "jumdata.wasm")}, versions: [2]string{g.version(tb, "jumdata"), otherVersion}}
	drawn := picture(100_000)
	for range clients {
		l.pictures = append(l.pictures, newForm(tb, "raw", drawn))
	}
	return l
}

// run calls without pause until change returns, and returns the duration of each call in milliseconds. Any failure ends the test.
func (l *load) run(tb testing.TB, change func()) []float64 {
	tb.Helper()
	stop, took, failed := make(chan struct{}), make([][]float64, clients), make(chan error, clients)
	var wg sync.WaitGroup
	for i, p := range l.pictures {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				number(p.body, l.numbered.Add(1))
				began := time.Now()
				if err := ask(l.g.client, l.g.recognize("jumdata", p.kind), p.body); err != nil {
					failed <- err
					return
				}
				took[i] = append(took[i], time.Since(began).Seconds()*1e3)
			}
		})
	}
	end := sync.OnceFunc(func() {
		close(stop)
		wg.Wait()
	})
	defer end() // also if change ends the test
	change()
	end()
	var all []float64
	for _, t := range took {
		all = append(all, t...)
	}
	if len(failed) > 0 {
		tb.Fatalf("%d of %d clients had a call that failed, after %d that did not; the first: %v", len(failed), clients, len(all), <-failed)
	}
	return all
}

// replace installs the plugin's other version and waits until the gateway has loaded it.
func (l *load) replace(tb testing.TB) {
	tb.Helper()
	l.now = 1 - l.now
	l.g.install(tb, l.modules[l.now])
	select {
	case err := <-l.g.reloaded:
		if err != nil {
			tb.Fatalf("the plugin was not reloaded: %v", err)
		}
	case <-tb.Context().Done():
		tb.Fatal("the plugin was not reloaded")
	}
	if got := l.g.version(tb, "jumdata"); got != l.versions[l.now] {
		tb.Fatalf("after the reload the plugin has version %s, not %s", got, l.versions[l.now])
	}
}
