package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/storetest"
)

func TestMemoryForgetsTheOldestRecords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := store.MemoryConfig{LedgerBytes: 10_000, Now: func() time.Time { return at }}.New()
	for range 100 {
		m.Append("calls", make([]byte, 1000), func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	var numbers []uint64
	for record, err := range m.Records(t.Context(), "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		if !record.Time.Equal(at) {
			t.Errorf("dated %v, not by the clock it was given", record.Time)
		}
		numbers = append(numbers, record.Number)
	}
	want := []uint64{92, 93, 94, 95, 96, 97, 98, 99, 100}
	if diff := cmp.Diff(want, numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

func TestKeyIsValid(t *testing.T) {
	t.Parallel()
	long := string(make([]byte, store.MaxKeyBytes+1))
	for key, valid := range map[string]bool{
		"a": true, "budget/jumdata/2026-01": true, "A_b=c-9": true,
		"": false, "/": false, "/a": false, "a/": false, "a//b": false, "a.b": false, "a b": false, "a*": false, "a>": false,
		"证": false, "a\n": false, long: false,
	} {
		err := store.CheckKey(key)
		if wrong := new(store.KeyError); valid != (err == nil) || !valid && !errors.As(err, &wrong) {
			t.Errorf("%.20q: %v", key, err)
		}
	}
}

func TestPrefixIsWholeSegments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, prefix string
		under       bool
	}{
		{"a/b", "", true}, {"a/b", "a", true}, {"a/b", "a/b", true}, {"a/bc", "a/b", false}, {"a", "a/b", false}, {"ab", "a", false},
	} {
		if got := store.Under(c.key, c.prefix); got != c.under {
			t.Errorf("Under(%q, %q) = %v", c.key, c.prefix, got)
		}
	}
}

func TestMemoryIsAStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
}
