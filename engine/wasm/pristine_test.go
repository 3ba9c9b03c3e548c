package wasm_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// runtimes are the ways to put a memory back.
var runtimes = map[string]func(*wasm.Runtime){
	"with the kernel's help": func(*wasm.Runtime) {},
	"by comparing":           wasm.CompareMemory,
}

// shown is what a guest that remembers answers to an empty message: what it finds.
func shown(tb testing.TB, m catalog.Module) string {
	tb.Helper()
	got, err := m.Step(context.Background(), behave, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if got.Fail == nil {
		tb.Fatalf("the guest answered %v", got)
	}
	return got.Fail.VendorMessage
}

// hidden gives a guest a card to remember.
func hidden(tb testing.TB, m catalog.Module) {
	tb.Helper()
	got, err := m.Step(context.Background(), misbehave, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(card, got); diff != "" {
		tb.Fatal(diff)
	}
}

//attacks:testdata/remembers*.wat
func TestEveryStepBeginsOnPristineState(t *testing.T) {
	for _, c := range []struct {
		guest    string
		replaced int // instances, for one card
	}{
		{guest: "remembers"},
		{guest: "remembers_in_table", replaced: 1},
		{guest: "remembers_in_table_size", replaced: 1},
		{guest: "remembers_in_elements", replaced: 1},
		{guest: "remembers_in_data", replaced: 1},
		{guest: "remembers_in_reference", replaced: 1},
		{guest: "remembers_in_vector", replaced: 1},
	} {
		for name, how := range runtimes {
			t.Run(c.guest+" "+name, func(t *testing.T) {
				r := newRuntime(t, wasm.Config{Instances: 1, MemoryPages: 32})
				how(r)
				m := load(t, r, c.guest, assembled(t, c.guest))
				first := shown(t, m)
				for range 3 {
					before := m.Status()
					hidden(t, m)
					if got := m.Status().Replaced - before.Replaced; got != c.replaced {
						t.Errorf("%d instances were replaced, want %d", got, c.replaced)
					}
					if diff := cmp.Diff(first, shown(t, m)); diff != "" {
						t.Errorf("a step found what the one before it hid: %s", diff)
					}
				}
			})
		}
	}
}

func TestAGuestThatRemembersDoesSoIfNothingIsPutBack(t *testing.T) {
	r := newRuntime(t, wasm.Config{Instances: 1, MemoryPages: 32})
	wasm.KeepInstances(r)
	m := load(t, r, "remembers", assembled(t, "remembers"))
	first := shown(t, m)
	hidden(t, m)
	second := shown(t, m)
	const grown, random = 7, 9 // found only if memory is given back; begins anew with each call in any case
	for place := range 10 {
		if at := 16 * place; place != grown && place != random && second[at:at+16] == first[at:at+16] {
			t.Errorf("the guest finds nothing at place %d: the test above tests nothing there", place)
		}
	}
}

func TestANewInstanceIsAsPristineAsOneThatWasPutBack(t *testing.T) {
	for name, how := range runtimes {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, calls := range []int{0, 1} { // 1: each call has an instance of its own
				r := newRuntime(t, wasm.Config{Instances: 1, MaxCalls: calls, MemoryPages: 32})
				how(r)
				m := load(t, r, "remembers", assembled(t, "remembers"))
				hidden(t, m)
				want = append(want, shown(t, m))
			}
			if diff := cmp.Diff(want[0], want[1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}
