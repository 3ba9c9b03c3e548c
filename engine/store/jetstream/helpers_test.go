package jetstream_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

func mustOpen(t testing.TB, cfg jetstream.Config) *jetstream.Store {
	t.Helper()
	s, err := jetstream.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// appended appends to the topic "t" and waits until that is acknowledged.
func appended(t testing.TB, s store.Store, record string) {
	t.Helper()
	done := make(chan error, 1)
	s.Append("t", []byte(record), func(err error) { done <- err })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
