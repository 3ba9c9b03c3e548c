package bench

import (
	"context"
	"testing"
	"time"
)

const mib = 1 << 20

// BenchmarkThousandInFlight keeps 1,000 recognitions of 100 KB pictures in flight with a vendor that thinks 200 ms. An op
// is one round of 5,000 recognitions.
func BenchmarkThousandInFlight(b *testing.B) {
	j := job{Plugins: pluginsBuilt(b), Cache: work.cache, Endpoint: startVendor(b, 200*time.Millisecond), Upload: "file", Calls: 5000, InFlight: 1000, PictureBytes: 100_000, OwnPictures: true}
	for b.Loop() {
		r := call(b, j)
		b.ReportMetric(float64(j.Calls)/r.Seconds, "recognitions/s")
		b.ReportMetric(float64(r.Instances), "instances")
		b.ReportMetric(float64(r.Peak)/mib-float64(j.InFlight*j.PictureBytes)/mib, "MiB-above-pictures")
		b.ReportMetric(r.CPUSeconds/float64(j.Calls)*1e6, "cpu-µs/recognition")
	}
}

// BenchmarkAgainstClientByHand sends the same 500 KB picture as base64 through jumdata in WASM and through the client that
// the vendor's document shows, turn by turn. An op is 400 recognitions of each.
func BenchmarkAgainstClientByHand(b *testing.B) {
	j := job{Plugins: pluginsBuilt(b), Cache: work.cache, Endpoint: startVendor(b, 0), Calls: 400, PictureBytes: 500_000}
	for _, inFlight := range []int{1, 16} {
		b.Run(map[int]string{1: "one-at-a-time", 16: "sixteen-in-flight"}[inFlight], func(b *testing.B) {
			j := j
			j.InFlight = inFlight
			for b.Loop() {
				byHand, base64, file := j, j, j
				byHand.ByHand, base64.Upload, file.Upload = true, "base64", "file"
				want := call(b, byHand)
				got, asFile := call(b, base64), call(b, file)
				perCall := func(r report) float64 { return r.CPUSeconds / float64(j.Calls) * 1e3 }
				grown := func(r report) float64 { return float64(r.Peak-r.Before) / mib }
				b.ReportMetric(perCall(want), "cpu-ms-by-hand")
				b.ReportMetric(perCall(got), "cpu-ms")
				b.ReportMetric(perCall(got)/perCall(want), "cpu-ratio")
				b.ReportMetric(perCall(asFile)/perCall(want), "cpu-ratio-file")
				b.ReportMetric(grown(want), "peak-MiB-by-hand")
				b.ReportMetric(grown(got), "peak-MiB")
				b.ReportMetric(grown(got)/grown(want), "peak-ratio")
				// What one recognition allocates is the most it can add to the memory in use: nothing is collected within one.
				b.ReportMetric(float64(want.Allocated)/float64(j.Calls)/1e3, "kB-of-one-by-hand")
				b.ReportMetric(float64(got.Allocated)/float64(j.Calls)/1e3, "kB-of-one")
				b.ReportMetric(float64(got.Allocated)/float64(want.Allocated), "memory-of-one-ratio")
			}
		})
	}
}

// BenchmarkSecondStart opens an engine with jumdata, compiled by an earlier start, and compares with the first.
func BenchmarkSecondStart(b *testing.B) {
	plugins, cache := pluginsBuilt(b), b.TempDir()
	open := func() time.Duration {
		started := time.Now()
		e, err := openEngine(plugins, cache, "http://127.0.0.1:1", "file", 0)
		if err != nil {
			b.Fatal(err)
		}
		took := time.Since(started)
		if err := e.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
		return took
	}
	first := open()
	var second time.Duration
	for b.Loop() {
		second += open()
	}
	mean := second / time.Duration(b.N)
	b.ReportMetric(float64(first.Microseconds())/1e3, "ms-first")
	b.ReportMetric(float64(mean.Microseconds())/1e3, "ms-second")
	b.ReportMetric(float64(mean)/float64(first), "ratio")
}
