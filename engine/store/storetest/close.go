package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/ocrmux/ocrmux/engine/store"
)

func ctxEnds(t *testing.T, s store.Store) {
	revision := mustSet(t, s, "k", "v", 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for operation, err := range operations(ctx, s, revision) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", operation, err)
		}
	}
	if got := mustGet(t, s, "k"); string(got.Value) != "v" {
		t.Errorf("%q was written", got.Value)
	}
}

func operations(ctx context.Context, s store.Store, revision uint64) map[string]error {
	_, getErr := s.Get(ctx, "k")
	_, setErr := s.Set(ctx, "k", []byte("w"), revision)
	errs := map[string]error{
		"get": getErr, "set": setErr,
		"delete":  s.Delete(ctx, "k", revision),
		"watch":   s.Watch(ctx, "", func(store.Entry) {}),
		"records": nil,
	}
	for _, err := range s.Records(ctx, "", 0) {
		errs["records"] = err
	}
	return errs
}

func closeWaits(t *testing.T, s store.Store) {
	const records = 1000
	var kept, failed atomic.Int64
	for range records {
		s.Append("t", make([]byte, 1000), func(err error) {
			if err == nil {
				kept.Add(1)
			} else {
				failed.Add(1)
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
	if kept.Load() != records || failed.Load() != 0 {
		t.Errorf("%d records were kept and %d failed before close returned, of %d", kept.Load(), failed.Load(), records)
	}
}

func closedSays(t *testing.T, s store.Store) {
	mustSet(t, s, "k", "v", 0)
	mustWatch(t, s, "", func(store.Entry) {})
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	errs := operations(t.Context(), s, 1)
	s.Append("t", nil, func(err error) { errs["append"] = err })
	for operation, err := range errs {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s: %v", operation, err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("close again: %v", err)
	}
}
