package storetest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

// patience is how long a test waits for an event. Only the test of a broken store takes that long.
const patience = 30 * time.Second

// Run tests that a store does what [store.Store] promises. open returns an empty store each time, which Run closes.
// Run counts goroutines, so no other test may run at the same time.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"a value is there from set to delete", valuesLive},
		{"a value is only set at its revision", conflictsFail},
		{"a refused key or value is a typed error", refusalsAreTyped},
		{"values up to the bound are kept whole", boundsAreReached},
		{"a caller may use its bytes again", bytesAreCopied},
		{"a thousand goroutines count exactly", countsAreExact},
		{"of all who create a key one succeeds", creationIsOnce},
		{"a watch tells what is there, then what changes", watchTells},
		{"a watch sees whole segments", watchPrefix},
		{"a watch ends with its ctx", watchEnds},
		{"a watch may use the store", watchUses},
		{"a slow watch hears of the last change", watchSlow},
		{"the ledger keeps the order of each topic", ledgerOrder},
		{"the ledger is read from anywhere", ledgerAfter},
		{"reading the ledger can stop anywhere", ledgerStops},
		{"an ended ctx ends every operation", ctxEnds},
		{"close waits for records", closeWaits},
		{"a closed store says so", closedSays},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			s := open(t)
			test.run(t, s)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := s.Close(ctx); err != nil {
				t.Errorf("close: %v", err)
			}
			noneLeft(t, before)
		})
	}
}

// noneLeft waits until there are no more goroutines than before. Those of a library may end a moment after the store was closed.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			t.Fatalf("%d goroutines, where there were %d:\n%s", runtime.NumGoroutine(), before, stacks)
		}
	}
}

func mustSet(t *testing.T, s store.Store, key, value string, revision uint64) uint64 {
	t.Helper()
	revision, err := s.Set(t.Context(), key, []byte(value), revision)
	if err != nil {
		t.Fatalf("set %s: %v", key, err)
	}
	return revision
}

func mustGet(t *testing.T, s store.Store, key string) store.Entry {
	t.Helper()
	entry, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	return entry
}

func wantConflict(t *testing.T, err error, key string, revision uint64) {
	t.Helper()
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) {
		t.Fatalf("%v, not a conflict", err)
	}
	if conflict.Key != key || conflict.Expected != revision {
		t.Errorf("a conflict at revision %d of %s, not %d of %s", conflict.Expected, conflict.Key, revision, key)
	}
}

// receive waits for a value.
func receive[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var v T
	select {
	case v = <-from:
	case <-timer.C:
		t.Fatalf("no %s", what)
	}
	return v
}

func long(n int) string { return strings.Repeat("k", n) }
