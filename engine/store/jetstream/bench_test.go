package jetstream_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

// stores are what the benchmarks compare.
func stores(b *testing.B, run func(b *testing.B, s store.Store)) {
	for _, c := range []struct {
		name string
		open func(b *testing.B) store.Store
	}{
		{"memory", func(*testing.B) store.Store { return store.NewMemory() }},
		{"this-process", func(b *testing.B) store.Store { return mustOpen(b, jetstream.Config{Dir: b.TempDir()}) }},
		{"loopback", func(b *testing.B) store.Store {
			return mustOpen(b, jetstream.Config{URL: startExternal(b, nil).url()})
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := c.open(b)
			defer s.Close(b.Context())
			b.ReportAllocs()
			b.ResetTimer()
			run(b, s)
		})
	}
}

// attempt is about as large as the record of an attempt.
func attempt() []byte { return make([]byte, 400) }

// BenchmarkAppendSubmit measures the time of Append for its caller, without the time in which records wait for room.
func BenchmarkAppendSubmit(b *testing.B) {
	stores(b, func(b *testing.B, s store.Store) {
		const window = 1024
		record, room := attempt(), make(chan struct{}, window)
		done := func(err error) {
			if err != nil {
				b.Error(err)
			}
			<-room
		}
		for range b.N {
			if len(room) == window {
				b.StopTimer()
				drain(room)
				b.StartTimer()
			}
			room <- struct{}{}
			s.Append("attempts/default", record, done)
		}
		b.StopTimer()
		drain(room)
	})
}

// drain waits until all records are settled.
func drain(room chan struct{}) {
	for range cap(room) {
		room <- struct{}{}
	}
	for range cap(room) {
		<-room
	}
}

// BenchmarkAppendAck is the time from Append to done, of one record at a time.
func BenchmarkAppendAck(b *testing.B) {
	stores(b, func(b *testing.B, s store.Store) {
		record, done := attempt(), make(chan error, 1)
		quantiles(b, func() {
			s.Append("attempts/default", record, func(err error) { done <- err })
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkAppendThroughput keeps 1,024 records on their way.
func BenchmarkAppendThroughput(b *testing.B) {
	stores(b, func(b *testing.B, s store.Store) {
		record, room := attempt(), make(chan struct{}, 1024)
		for range b.N {
			room <- struct{}{}
			s.Append("attempts/default", record, func(err error) {
				if err != nil {
					b.Error(err)
				}
				<-room
			})
		}
		drain(room)
	})
}

func BenchmarkSet(b *testing.B) {
	stores(b, func(b *testing.B, s store.Store) {
		value, revision, err := make([]byte, 100), uint64(0), error(nil)
		quantiles(b, func() {
			if revision, err = s.Set(b.Context(), "budget/default", value, revision); err != nil {
				b.Fatal(err)
			}
		})
	})
}

func BenchmarkGet(b *testing.B) {
	stores(b, func(b *testing.B, s store.Store) {
		if _, err := s.Set(b.Context(), "budget/default", make([]byte, 100), 0); err != nil {
			b.Fatal(err)
		}
		quantiles(b, func() {
			if _, err := s.Get(b.Context(), "budget/default"); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkRecords is the time to read one of 10,000 records.
func BenchmarkRecords(b *testing.B) {
	stores(b, func(b *testing.B, s store.Store) {
		room := make(chan struct{}, 1024)
		for i := range 10_000 {
			room <- struct{}{}
			s.Append("attempts/"+strconv.Itoa(i%4), attempt(), func(err error) {
				if err != nil {
					b.Error(err)
				}
				<-room
			})
		}
		drain(room)
		b.ResetTimer()
		for read := 0; read < b.N; {
			for _, err := range s.Records(b.Context(), "", 0) {
				if err != nil {
					b.Fatal(err)
				}
				if read++; read == b.N {
					break
				}
			}
		}
	})
}

// quantiles reports the median and the slowest hundredth.
func quantiles(b *testing.B, operation func()) {
	took := make([]time.Duration, 0, b.N)
	for range b.N {
		start := time.Now()
		operation()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
}
