package testenv

import (
	"cmp"
	"fmt"
	"testing"
)

// recorder is a test that notes how it ended first. A real one would not go on.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper() {}
func (r *recorder) Skipf(f string, a ...any) {
	r.ended = cmp.Or(r.ended, "skipped: "+fmt.Sprintf(f, a...))
}
func (r *recorder) Fatalf(f string, a ...any) {
	r.ended = cmp.Or(r.ended, "failed: "+fmt.Sprintf(f, a...))
}

func TestNeedSkipsOrFailsWithoutAProgram(t *testing.T) {
	for value, want := range map[string]string{
		"":  "skipped: NOT TESTED: install no-such-program",
		"0": "skipped: NOT TESTED: install no-such-program",
		"1": "failed: NOT TESTED, but OCRMUX_REQUIRE_ALL=1: install no-such-program",
	} {
		t.Setenv(RequireAll, value)
		r := &recorder{TB: t}
		if Need(r, "go", "no-such-program"); r.ended != want {
			t.Errorf("%s=%s: %s, want %s", RequireAll, value, r.ended, want)
		}
	}
}

func TestNeedGoesOnWithEveryProgram(t *testing.T) {
	t.Setenv(RequireAll, "1")
	r := &recorder{TB: t}
	if Need(r, "go"); r.ended != "" {
		t.Error(r.ended)
	}
}
