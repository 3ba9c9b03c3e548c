package route_test

import (
	"encoding"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/route"
)

// catalogue returns the failures of every shipped vendor, from the tables with which their providers are tested.
func catalogue(t testing.TB) map[string][]route.Result {
	t.Helper()
	files, err := filepath.Glob("../../plugins/*/testdata/failures.txtar")
	if err != nil || len(files) < 4 {
		t.Fatalf("the tables of failures are not there: %d, %v", len(files), err)
	}
	all := make(map[string][]route.Result)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		vendor := filepath.Base(filepath.Dir(filepath.Dir(file)))
		rows := false
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "-- ") {
				rows = strings.HasPrefix(line, "-- failures")
				continue
			}
			if !rows {
				continue
			}
			if o, ok := failureRow(t, line); ok {
				all[vendor] = append(all[vendor], o)
			}
		}
		if len(all[vendor]) == 0 {
			t.Fatalf("%s has no rows", vendor)
		}
	}
	return all
}

// failureRow parses "code status kind retryable fail_over billed fault message". ok is false if the row is not a failure or has an
// open column.
func failureRow(t testing.TB, line string) (o route.Result, ok bool) {
	t.Helper()
	w := strings.Fields(line)
	if len(w) < 7 || w[0] == "#" || w[0] == "golden" || w[0] == "exchange" || w[2] == "exchange" || strings.Contains(strings.Join(w[2:7], " "), "-") {
		return o, false
	}
	o.Failure = &route.Failure{Retryable: w[3] == "yes", FailOver: w[4] == "yes", Message: message.Text("as in its table, code " + w[0])}
	for i, v := range map[int]encoding.TextUnmarshaler{2: &o.Failure.Kind, 5: &o.Billed, 6: &o.Failure.Fault} {
		if err := v.UnmarshalText([]byte(w[i])); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
	}
	return o, o.Failure.Kind != abi.FailureKindUnspecified
}
