package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

// ran runs the program, and returns its exit status and standard error.
func ran(t *testing.T, p *cli.Program, args ...string) (status int, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr = strings.NewReader(""), &out, &errs
	return p.Run(t.Context(), args), errs.String()
}

const budgetOfCalls = `OCRMUX_MONEY__BUDGETS=[{tenant: a, per: day, calls: 1}]`

func TestCallsUseTheStateOfTheGatewayIfSomethingIsCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args    []string
		environ string
		kept    bool
	}{
		{[]string{"recognize", "card.jpg"}, budgetOfCalls, true},
		{[]string{"batch", "card.jpg"}, budgetOfCalls, true},
		{[]string{"recognize", "card.jpg"}, "OCRMUX_LOG__LEVEL=warn", false},
		{[]string{"route", "explain"}, budgetOfCalls, false}, // it shows a state, and makes none
	} {
		dir := t.TempDir()
		ran(t, &cli.Program{Environ: []string{c.environ}, UserStateDir: dir}, append(c.args, "--plugins-dir", t.TempDir())...)
		if _, err := os.Stat(filepath.Join(dir, "ocrmux", "jetstream")); (err == nil) != c.kept {
			t.Errorf("%v with %s: the state's folder: %v", c.args, c.environ, err)
		}
	}
}

func TestCallsThatAreCountedNeedAState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environ []string
		refused bool
	}{
		{[]string{budgetOfCalls}, true},
		{[]string{budgetOfCalls, "OCRMUX_STATE__IN_MEMORY=true"}, false},
		{nil, false},
	} {
		_, stderr := ran(t, &cli.Program{Environ: c.environ}, "recognize", "card.jpg", "--plugins-dir", t.TempDir())
		if strings.Contains(stderr, "state.dir") != c.refused {
			t.Errorf("%v: %s", c.environ, stderr)
		}
	}
}

func TestRouteExplainShowsTheStateThatAGatewayLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	served(t, &cli.Program{Environ: []string{"OCRMUX_SERVER__LISTEN=127.0.0.1:0"}, UserStateDir: dir})
	lock := filepath.Join(dir, "ocrmux")
	if status, stderr := ran(t, &cli.Program{UserStateDir: dir}, "route", "explain", "--plugins-dir", t.TempDir()); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Fatal(err)
	}
}
