package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/store"
)

func mustAppend(t *testing.T, s store.Store, topic, record string) {
	t.Helper()
	done := make(chan error, 1)
	s.Append(topic, []byte(record), func(err error) { done <- err })
	if err := receive(t, "end of append", done); err != nil {
		t.Fatalf("append to %s: %v", topic, err)
	}
}

func mustRead(t *testing.T, s store.Store, topic string, after uint64) []store.Record {
	t.Helper()
	var records []store.Record
	for record, err := range s.Records(t.Context(), topic, after) {
		if err != nil {
			t.Fatalf("read %q: %v", topic, err)
		}
		records = append(records, record)
	}
	return records
}

func texts(records []store.Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, string(r.Data))
	}
	return out
}

func ledgerOrder(t *testing.T, s store.Store) {
	const topics, each = 5, 300
	var writers, records sync.WaitGroup
	var failed atomic.Int64
	records.Add(topics * each)
	for topic := range topics {
		writers.Go(func() {
			for i := range each {
				s.Append(fmt.Sprintf("calls/%d", topic), fmt.Appendf(nil, "%d", i), func(err error) {
					if err != nil {
						failed.Add(1)
					}
					records.Done()
				})
			}
		})
	}
	writers.Wait()
	records.Wait()
	if n := failed.Load(); n != 0 {
		t.Fatalf("%d records failed", n)
	}
	var want []string
	for i := range each {
		want = append(want, fmt.Sprint(i))
	}
	for topic := range topics {
		if diff := cmp.Diff(want, texts(mustRead(t, s, fmt.Sprintf("calls/%d", topic), 0))); diff != "" {
			t.Errorf("topic %d (-want +got):\n%s", topic, diff)
		}
	}
	all, last := mustRead(t, s, "", 0), store.Record{}
	if len(all) != topics*each {
		t.Errorf("%d records of all topics", len(all))
	}
	for _, r := range all {
		if r.Number <= last.Number || r.Time.Before(last.Time) || r.Topic == "" {
			t.Fatalf("record %d of %v and topic %q after %d of %v", r.Number, r.Time, r.Topic, last.Number, last.Time)
		}
		last = r
	}
	if got := mustRead(t, s, "calls", 0); len(got) != 0 {
		t.Errorf("%d records of a topic that is only the beginning of others", len(got))
	}
}

func ledgerAfter(t *testing.T, s store.Store) {
	for i := range 6 {
		mustAppend(t, s, []string{"even", "odd"}[i%2], fmt.Sprint(i))
	}
	all := mustRead(t, s, "", 0)
	for _, c := range []struct {
		topic string
		after int // index into all
		want  []string
	}{
		{"", 0, []string{"1", "2", "3", "4", "5"}},
		{"", 5, nil},
		{"even", 0, []string{"2", "4"}},
		{"even", 1, []string{"2", "4"}},
		{"even", 4, nil},
		{"odd", 2, []string{"3", "5"}},
		{"none", 0, nil},
	} {
		if diff := cmp.Diff(c.want, texts(mustRead(t, s, c.topic, all[c.after].Number))); diff != "" {
			t.Errorf("topic %q after record %d (-want +got):\n%s", c.topic, c.after, diff)
		}
	}
	if got := mustRead(t, s, "", 1<<40); len(got) != 0 {
		t.Errorf("%d records from the future", len(got))
	}
}

func ledgerStops(t *testing.T, s store.Store) {
	for i := range 10 {
		mustAppend(t, s, "t", fmt.Sprint(i))
	}
	for stop := 1; stop < 10; stop++ {
		n := 0
		for _, err := range s.Records(t.Context(), "t", 0) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == stop {
				break
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n := 0
	for _, err := range s.Records(ctx, "t", 0) {
		if last = err; err == nil {
			n++
		}
		cancel()
	}
	if n != 1 || !errors.Is(last, context.Canceled) {
		t.Errorf("%d records and %v after ctx ended at the first", n, last)
	}
	n = 0
	for range s.Records(t.Context(), "t", 0) {
		if n++; n < 5 {
			mustAppend(t, s, "t", "added while reading")
		}
	}
	if n != 10 {
		t.Errorf("%d records of the 10 that were there", n)
	}
}
