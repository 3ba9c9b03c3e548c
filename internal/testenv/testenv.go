// Package testenv says what a test does on a machine that lacks something the test needs: a program, a font, a feature of the
// system. On a developer's machine the test is skipped. With OCRMUX_REQUIRE_ALL=1, which .ci/run sets, it fails, so that CI is
// never green because something was not tested there. It also has a clock that only the test moves.
package testenv

import (
	"os"
	"os/exec"
	"testing"
)

// RequireAll is the environment variable that turns skipped tests into failed ones when it is "1".
const RequireAll = "OCRMUX_REQUIRE_ALL"

// Missing ends the test, because the machine lacks what the words name. They also say how to get it, if that is possible.
func Missing(tb testing.TB, format string, args ...any) {
	tb.Helper()
	if os.Getenv(RequireAll) == "1" {
		tb.Fatalf("NOT TESTED, but "+RequireAll+"=1: "+format, args...)
	}
	tb.Skipf("NOT TESTED: "+format, args...)
}

// Need ends the test unless every program is installed.
func Need(tb testing.TB, programs ...string) {
	tb.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			Missing(tb, "install %s", name)
		}
	}
}
