package storetest

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/store"
)

// view has the values as a watch reports them.
type view struct {
	mu      sync.Mutex
	values  map[string]string
	changed chan struct{} // holds one
}

func newView() *view { return &view{values: map[string]string{}, changed: make(chan struct{}, 1)} }

func (v *view) take(e store.Entry) {
	v.mu.Lock()
	if e.Revision == 0 {
		delete(v.values, e.Key)
	} else {
		v.values[e.Key] = string(e.Value)
	}
	v.mu.Unlock()
	select {
	case v.changed <- struct{}{}:
	default:
	}
}

func (v *view) diff(want map[string]string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return cmp.Diff(want, v.values)
}

// becomes waits until the view has the wanted values.
func (v *view) becomes(t *testing.T, want map[string]string) {
	t.Helper()
	for diff := v.diff(want); diff != ""; diff = v.diff(want) {
		receive(t, "change that would explain (-want +got):\n"+diff, v.changed)
	}
}

func mustWatch(t *testing.T, s store.Store, prefix string, f func(store.Entry)) {
	t.Helper()
	if err := s.Watch(t.Context(), prefix, f); err != nil {
		t.Fatalf("watch %q: %v", prefix, err)
	}
}

func watchTells(t *testing.T, s store.Store) {
	one := mustSet(t, s, "p/one", "1", 0)
	gone := mustSet(t, s, "p/gone", "0", 0)
	if err := s.Delete(t.Context(), "p/gone", gone); err != nil {
		t.Fatal(err)
	}
	v := newView()
	mustWatch(t, s, "p", v.take)
	if diff := v.diff(map[string]string{"p/one": "1"}); diff != "" {
		t.Errorf("when it returned (-want +got):\n%s", diff)
	}
	one = mustSet(t, s, "p/one", "2", one)
	two := mustSet(t, s, "p/two/deep", "1", 0)
	v.becomes(t, map[string]string{"p/one": "2", "p/two/deep": "1"})
	if err := s.Delete(t.Context(), "p/one", one); err != nil {
		t.Fatal(err)
	}
	v.becomes(t, map[string]string{"p/two/deep": "1"})
	mustSet(t, s, "p/one", "3", 0)
	mustSet(t, s, "p/two/deep", "", two)
	v.becomes(t, map[string]string{"p/one": "3", "p/two/deep": ""})
}

func watchPrefix(t *testing.T, s store.Store) {
	keys := []string{"a", "a/b", "a/b/c", "a/bc", "ab", "b/a"}
	for prefix, seen := range map[string][]string{
		"": keys, "a": {"a", "a/b", "a/b/c", "a/bc"}, "a/b": {"a/b", "a/b/c"}, "a/b/c": {"a/b/c"}, "c": nil,
	} {
		present, later, want := newView(), newView(), map[string]string{}
		mustWatch(t, s, prefix, later.take)
		for _, key := range keys {
			mustSet(t, s, key, prefix, mustGet(t, s, key).Revision)
		}
		for _, key := range seen {
			want[key] = prefix
		}
		mustWatch(t, s, prefix, present.take)
		if diff := present.diff(want); diff != "" {
			t.Errorf("under %q there is (-want +got):\n%s", prefix, diff)
		}
		later.becomes(t, want)
	}
}

func watchEnds(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	ended, other := newView(), newView()
	if err := s.Watch(ctx, "", ended.take); err != nil {
		t.Fatal(err)
	}
	mustWatch(t, s, "", other.take)
	revision := mustSet(t, s, "k", "1", 0)
	ended.becomes(t, map[string]string{"k": "1"})
	cancel()
	if err := s.Watch(ctx, "", ended.take); err == nil {
		t.Error("a watch began although its ctx has ended")
	}
	for i := range 100 {
		revision = mustSet(t, s, "k", strconv.Itoa(i), revision)
	}
	other.becomes(t, map[string]string{"k": "99"})
}

func watchUses(t *testing.T, s store.Store) {
	errs := make(chan error, 16)
	copied := func(e store.Entry) {
		if e.Key == "from" && e.Revision != 0 {
			_, err := s.Set(t.Context(), "to/"+string(e.Value), e.Value, 0)
			errs <- err
		}
	}
	revision := mustSet(t, s, "from", "1", 0)
	mustWatch(t, s, "", copied)
	mustSet(t, s, "from", "2", revision)
	for range 2 {
		if err := receive(t, "copy", errs); err != nil {
			t.Error(err)
		}
	}
	if got := mustGet(t, s, "to/2"); string(got.Value) != "2" {
		t.Errorf("%q was copied", got.Value)
	}
}

func watchSlow(t *testing.T, s store.Store) {
	v, hold, held := newView(), make(chan struct{}), make(chan struct{})
	var once sync.Once
	mustWatch(t, s, "", func(e store.Entry) {
		once.Do(func() { close(held); <-hold })
		v.take(e)
	})
	revision := mustSet(t, s, "k", "0", 0)
	receive(t, "first change", held)
	for i := range 1000 {
		revision = mustSet(t, s, "k", strconv.Itoa(i), revision)
	}
	close(hold)
	v.becomes(t, map[string]string{"k": "999"})
}
