package route

import (
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/internal/message"
)

// lacks returns why a reading is not good enough, a zero Message if it is.
func (rule *AcceptRule) lacks(r *Reading) message.Message {
	var missing []string
	for _, name := range rule.Fields {
		if _, ok := r.Fields[name]; !ok {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0:
		return message.New(message.FieldsMissing, "fields", message.ListOf[message.Field](missing))
	case !rule.IgnoreChecks && len(r.FailedChecks) > 0:
		return message.New(message.ChecksFailed, "checks", message.ListOf[message.Check](r.FailedChecks))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		if c := r.Fields[name].Confidence; c != nil && *c < rule.MinConfidence {
			return message.New(message.FieldUnsure, "percent", percent(*c), "field", message.Field(name), "want", percent(rule.MinConfidence))
		}
	}
	return message.Message{}
}

// worth ranks readings that are not good enough: by wanted fields, then failed checks, then confidence.
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
