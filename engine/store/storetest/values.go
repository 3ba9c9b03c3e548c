package storetest

import (
	"bytes"
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/store"
)

func valuesLive(t *testing.T, s store.Store) {
	const key = "budget/jumdata/2026-01"
	if diff := cmp.Diff(store.Entry{Key: key}, mustGet(t, s, key)); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	first := mustSet(t, s, key, "one", 0)
	second := mustSet(t, s, key, "two", first)
	if diff := cmp.Diff(store.Entry{Key: key, Value: []byte("two"), Revision: second}, mustGet(t, s, key)); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	if err := s.Delete(t.Context(), key, second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(store.Entry{Key: key}, mustGet(t, s, key)); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	third := mustSet(t, s, key, "", 0)
	if diff := cmp.Diff(store.Entry{Key: key, Value: []byte{}, Revision: third}, mustGet(t, s, key)); diff != "" {
		t.Errorf("an empty value, set again (-want +got):\n%s", diff)
	}
	if !(first < second && second < third) {
		t.Errorf("revisions %d, %d, %d do not grow", first, second, third)
	}
}

func conflictsFail(t *testing.T, s store.Store) {
	first := mustSet(t, s, "k", "one", 0)
	second := mustSet(t, s, "k", "two", first)
	for _, revision := range []uint64{0, first, second + 1} {
		_, err := s.Set(t.Context(), "k", []byte("no"), revision)
		wantConflict(t, err, "k", revision)
		wantConflict(t, s.Delete(t.Context(), "k", revision), "k", revision)
	}
	if got := mustGet(t, s, "k"); string(got.Value) != "two" || got.Revision != second {
		t.Errorf("%q at revision %d after conflicts", got.Value, got.Revision)
	}
	if err := s.Delete(t.Context(), "k", second); err != nil {
		t.Fatal(err)
	}
	_, err := s.Set(t.Context(), "k", []byte("no"), second)
	wantConflict(t, err, "k", second)
	wantConflict(t, s.Delete(t.Context(), "k", second), "k", second)
	if err := s.Delete(t.Context(), "k", 0); err != nil {
		t.Errorf("delete what is not there: %v", err)
	}
}

func refusalsAreTyped(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, key := range []string{"", "/a", "a/", "a//b", "a.b", "a b", "*", "a/>", "证", long(store.MaxKeyBytes + 1)} {
		_, getErr := s.Get(ctx, key)
		_, setErr := s.Set(ctx, key, nil, 0)
		errs := map[string]error{
			"get": getErr, "set": setErr, "delete": s.Delete(ctx, key, 0), "delete at a revision": s.Delete(ctx, key, 7),
		}
		s.Append(key, nil, func(err error) { errs["append"] = err })
		if key != "" {
			errs["watch"] = s.Watch(ctx, key, func(store.Entry) {})
			for _, err := range s.Records(ctx, key, 0) {
				errs["records"] = err
			}
		}
		for operation, err := range errs {
			if wrong := new(store.KeyError); !errors.As(err, &wrong) || wrong.Key != key {
				t.Errorf("%s %.20q: %v", operation, key, err)
			}
		}
	}
	large := make([]byte, store.MaxValueBytes+1)
	_, err := s.Set(ctx, "large", large, 0)
	s.Append("large", large, func(appendErr error) {
		for _, err := range []error{err, appendErr} {
			if wrong := new(store.SizeError); !errors.As(err, &wrong) || wrong.Bytes != len(large) {
				t.Errorf("a large one: %v", err)
			}
		}
	})
}

func boundsAreReached(t *testing.T, s store.Store) {
	key, large := long(store.MaxKeyBytes), bytes.Repeat([]byte("v"), store.MaxValueBytes)
	first := mustSet(t, s, key, string(large), 0)
	mustSet(t, s, key, string(large), first)
	if got := mustGet(t, s, key).Value; !bytes.Equal(got, large) {
		t.Errorf("%d bytes of %d", len(got), len(large))
	}
	mustAppend(t, s, key, string(large))
	if got := mustRead(t, s, key, 0); len(got) != 1 || !bytes.Equal(got[0].Data, large) {
		t.Errorf("%d records", len(got))
	}
}

func bytesAreCopied(t *testing.T, s store.Store) {
	value := []byte("set")
	if _, err := s.Set(t.Context(), "k", value, 0); err != nil {
		t.Fatal(err)
	}
	clear(value)
	if got := mustGet(t, s, "k"); string(got.Value) != "set" {
		t.Errorf("value %q", got.Value)
	}
	record, done := []byte("append"), make(chan error, 1)
	s.Append("k", record, func(err error) { done <- err })
	clear(record)
	if err := receive(t, "end of append", done); err != nil {
		t.Fatal(err)
	}
	if got := mustRead(t, s, "k", 0); len(got) != 1 || string(got[0].Data) != "append" {
		t.Errorf("records %q", texts(got))
	}
}

func countsAreExact(t *testing.T, s store.Store) {
	const counters, goroutines = 50, 1000
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() { count(t, s, "counter/"+strconv.Itoa(i%counters)) })
	}
	all.Wait()
	total := 0
	for i := range counters {
		n, err := strconv.Atoi(string(mustGet(t, s, "counter/"+strconv.Itoa(i)).Value))
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	if total != goroutines {
		t.Errorf("counted %d", total)
	}
}

func count(t *testing.T, s store.Store, key string) {
	if err := Increment(t.Context(), s, key); err != nil {
		t.Errorf("count: %v", err)
	}
}

func creationIsOnce(t *testing.T, s store.Store) {
	const goroutines = 1000
	revisions := make(chan uint64, goroutines)
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			revision, err := s.Set(t.Context(), "lease", []byte("mine"), 0)
			conflict := new(store.ConflictError)
			switch {
			case err == nil:
				revisions <- revision
			case !errors.As(err, &conflict):
				t.Errorf("create: %v", err)
			}
		})
	}
	all.Wait()
	if len(revisions) != 1 {
		t.Fatalf("%d created it", len(revisions))
	}
	if got := mustGet(t, s, "lease").Revision; got != <-revisions {
		t.Errorf("revision %d is not the one that was given", got)
	}
}
