package order_test

import (
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/order"
)

func TestKnownNamesComeFirstAsListedAndOthersByName(t *testing.T) {
	of := map[string]int{"zeta": 1, "number": 2, "alpha": 3, "name": 4}
	want := []string{"name", "number", "alpha", "zeta"}
	if got := order.Keys(of, []string{"name", "sex", "number"}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
