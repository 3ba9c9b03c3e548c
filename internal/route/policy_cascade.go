package route

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// lacks says why a reading is not good enough; empty when it is.
func (rule *AcceptRule) lacks(r *Reading) string {
	var missing []string
	for _, name := range rule.Fields {
		if _, ok := r.Fields[name]; !ok {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0:
		return strings.Join(missing, " and ") + " missing"
	case !rule.IgnoreChecks && len(r.FailedChecks) > 0:
		return "failed " + strings.Join(r.FailedChecks, " and ")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		if c := r.Fields[name].Confidence; c != nil && *c < rule.MinConfidence {
			return fmt.Sprintf("is %.0f %% sure of %s, want %.0f %%", *c*100, name, rule.MinConfidence*100)
		}
	}
	return ""
}

// worth orders readings that are not good enough: the more wanted fields, the fewer failed checks and the surer, the better.
func (rule *AcceptRule) worth(r *Reading) float64 {
	worth := 0.0
	for _, name := range rule.Fields {
		if _, ok := r.Fields[name]; ok {
			worth += 100
		}
	}
	worth += float64(len(r.Fields)) - 10*float64(len(r.FailedChecks))
	for _, f := range r.Fields {
		if f.Confidence != nil {
			worth += *f.Confidence / 100
		}
	}
	return worth
}
