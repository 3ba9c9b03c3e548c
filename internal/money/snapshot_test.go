package money

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBookRefusesInAdvanceAsItWouldRefuseAClaim(t *testing.T) {
	t.Parallel()
	b := quiet(t, Config{Budgets: []Budget{
		{ScopeProvider, "p", Day, Units{Calls: 2}}, {ScopeRoute, "r", Day, Units{Amount: 3 * Micro}}, {ScopeTenant, "t", Month, Units{Amount: 2 * Micro}},
	}})
	dear := Claim{Provider: "q", Route: "s", Tenant: "t", Quote: Quote{Amount: 3 * Micro}}
	cheap := Claim{Provider: "p", Route: "r", Tenant: "u", Quote: Quote{Amount: Micro}}
	free := Claim{Provider: "q", Route: "r", Tenant: "u"}
	for range 4 {
		for _, claim := range []Claim{dear, cheap, free} {
			early := b.Refusal(&claim)
			var late *BudgetError
			if r, err := b.Reserve(t.Context(), claim); err == nil {
				r.Settle(yes)
			} else if !errors.As(err, &late) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(late, early); diff != "" {
				t.Errorf("a claim of %+v is refused differently (-then +before)\n%s", claim, diff)
			}
		}
	}
	if b.Refusal(&dear) == nil || b.Refusal(&cheap) == nil || b.Refusal(&free) != nil {
		t.Error("the wrong claims are refused")
	}
}
