package service_test

import (
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/service"
)

func TestKeysInOrderAreTheKnownOnesAsListedAndThenTheOthersByName(t *testing.T) {
	t.Parallel()
	m := map[string]int{"zeta": 1, "number": 2, "alpha": 3, "name": 4}
	want := []string{"name", "number", "alpha", "zeta"}
	if got := service.KeysInOrder(m, []string{"name", "sex", "number"}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
