package bench

import (
	"sync"
	"testing"
)

// BenchmarkThousandHeld measures the memory of a gateway with 1,000 waiting calls. The vendor holds the calls, each with a different
// picture of 100 KB, until all have arrived and the gateway has answered others meanwhile. An op is one gateway: idle, with all calls
// held, and at its peak.
func BenchmarkThousandHeld(b *testing.B) {
	const calls, size = 1000, 100_000
	drawn := picture(size)
	pictures := make([]*form, calls)
	for i := range pictures {
		number(drawn, uint64(i))
		pictures[i] = newForm(b, "raw", drawn)
	}
	const beside = float64(calls*size) / mib
	for _, name := range []string{"jumdata", "duguang"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				held := newHold(calls)
				g := serve(b, vendorHere(b, held.wait), defaultLevel)
				idle := g.resident(b, "VmRSS")
				failed := make(chan error, calls)
				var wg sync.WaitGroup
				for _, p := range pictures {
					wg.Go(func() {
						if err := ask(g.client, g.recognize(name, p.kind), p.body); err != nil {
							failed <- err
						}
					})
				}
				select {
				case <-held.all:
				case err := <-failed:
					held.release()
					wg.Wait()
					b.Fatalf("a call ends while the others are on their way: %v", err)
				}
				goroutines := g.goroutines(b) // the gateway answers while it holds all calls
				atOnce := g.resident(b, "VmRSS")
				held.release()
				wg.Wait()
				peak := g.resident(b, "VmHWM")
				if len(failed) > 0 {
					b.Fatalf("%d of %d calls failed, the first with %v", len(failed), calls, <-failed)
				}
				b.ReportMetric(idle, "MiB-idle")
				b.ReportMetric(atOnce, "MiB-held")
				b.ReportMetric(peak, "MiB-peak")
				b.ReportMetric(peak-beside, "MiB-beside-pictures")
				b.ReportMetric((peak-idle)/beside, "copies")
				b.ReportMetric(goroutines, "goroutines")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// hold holds calls until a number of them has arrived and they are released.
type hold struct {
	all, done chan struct{}

	mu      sync.Mutex
	missing int
}

func newHold(calls int) *hold {
	return &hold{all: make(chan struct{}), done: make(chan struct{}), missing: calls}
}

func (h *hold) wait() {
	h.mu.Lock()
	if h.missing--; h.missing == 0 {
		close(h.all)
	}
	h.mu.Unlock()
	<-h.done
}

func (h *hold) release() { close(h.done) }
