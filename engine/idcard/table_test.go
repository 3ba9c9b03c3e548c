package idcard

import (
	"regexp"
	"strings"
	"testing"
)

// The embedded table is searched as it lies, so its order and form are part of the code.
func TestRegionTableIsInOrderAndWellFormed(t *testing.T) {
	form := regexp.MustCompile(`^\d{6} \p{Han}+( (\d{4})?-(\d{4})?)?(;\p{Han}+( (\d{4})?-(\d{4})?)?)*\n$`)
	last, codes, inForce, counties := "", 0, 0, 0
	for line := range strings.Lines(regions) {
		if !form.MatchString(line) {
			t.Fatalf("line %q is not of the form that the code reads", line)
		}
		code := line[:6]
		if code <= last {
			t.Fatalf("%s comes after %s", code, last)
		}
		last = code
		r, ok := LookupRegion(code)
		if !ok || r.Name == "" {
			t.Fatalf("%s is in the table and not found", code)
		}
		if !strings.HasSuffix(code, "0000") && r.Province == "" {
			t.Errorf("%s %s belongs to no province", code, r.Name)
		}
		if r.Until != 0 && r.Since > r.Until {
			t.Errorf("%s %s ends before it begins", code, r.Name)
		}
		codes++
		if !r.Retired() {
			inForce++
			if !strings.HasSuffix(code, "00") {
				counties++
			}
		}
	}
	if codes != 7240 || inForce < 3200 || inForce > 3700 || counties < 2800 || counties > 3250 {
		t.Errorf("%d codes, %d in force, %d of them counties", codes, inForce, counties)
	}
}
