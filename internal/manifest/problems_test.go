package manifest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProblemsAreListedOneByOne(t *testing.T) {
	cause := errors.New("a cause")
	version := &VersionError{Provider: "x", ProviderMajor: 2, HostMajor: 1, Upgrade: UpgradeHost}
	for _, tt := range []struct {
		name string
		err  error
		want []Problem
	}{
		{"none", nil, nil},
		{"of a text", &ParseError{Path: "a[0]", Reason: "is wrong", Err: cause}, []Problem{{Path: "a[0]", Reason: "is wrong: a cause"}}},
		{"joined, and wrapped", errors.Join(&Problem{"a", "one"}, fmt.Errorf("so: %w", &Problem{"b", "two"})), []Problem{{"a", "one"}, {"b", "two"}}},
		{"another error", cause, []Problem{{Reason: "a cause"}}},
		{"of versions", version, []Problem{{Reason: trimmed(version)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Problems(tt.err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func trimmed(err error) string {
	p := Problems(errors.New(err.Error()))
	return p[0].Reason
}
