package inventory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ocrmux/ocrmux/engine/internal/inventory"
)

type thing struct{ closed int }

func (t *thing) Close(context.Context) error { t.closed++; return nil }

func TestInventoryLoadsOnceAndClosesWithTheLastUser(t *testing.T) {
	var i inventory.Inventory[string, *thing]
	loads := 0
	load := func() (*thing, error) { loads++; return new(thing), nil }
	first, err1 := i.Take("a", load)
	second, err2 := i.Take("a", load)
	other, err3 := i.Take("b", load)
	if err := errors.Join(err1, err2, err3); err != nil || first != second || loads != 2 {
		t.Fatalf("%d loads, %v", loads, err)
	}
	release := func(item *inventory.Item[string, *thing], want int) {
		t.Helper()
		if err := i.Release(t.Context(), item); err != nil || item.Value.closed != want {
			t.Errorf("closed %d times, want %d; %v", item.Value.closed, want, err)
		}
	}
	release(first, 0)
	release(second, 1)
	release(other, 1)
	if again, err := i.Take("a", load); err != nil || again == first || loads != 3 {
		t.Errorf("what was closed is given again: %d loads, %v", loads, err)
	}
}

func TestInventoryLoadsAgainAfterAFailure(t *testing.T) {
	var i inventory.Inventory[string, *thing]
	broken := errors.New("broken")
	begun, finish := make(chan struct{}), make(chan struct{})
	failed := make(chan error, 2)
	go func() {
		_, err := i.Take("a", func() (*thing, error) { close(begun); <-finish; return nil, broken })
		failed <- err
	}()
	<-begun
	go func() {
		// It either shares the failure or, when it comes later, has one of its own.
		_, err := i.Take("a", func() (*thing, error) { return nil, broken })
		failed <- err
	}()
	close(finish)
	for range 2 {
		if err := <-failed; !errors.Is(err, broken) {
			t.Error(err)
		}
	}
	if item, err := i.Take("a", func() (*thing, error) { return new(thing), nil }); err != nil || item == nil {
		t.Error(err)
	}
}
