package route_test

import (
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables of docs/routing.md again")

const routingGuide = "../../docs/routing.md"

// tables guards the guide: several tests may write to it.
var tables sync.Mutex

// keepTable compares a table of the guide with what was simulated. The table is between a line that names it and the next empty line.
func keepTable(t *testing.T, name, table string) {
	t.Helper()
	tables.Lock()
	defer tables.Unlock()
	text, err := os.ReadFile(routingGuide)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), "<!-- simulated: "+name+" -->\n")
	if !ok {
		t.Fatalf("%s has no place for the table %q", routingGuide, name)
	}
	present, tail, _ := strings.Cut(rest, "\n\n")
	if *update {
		if err := os.WriteFile(routingGuide, []byte(head+"<!-- simulated: "+name+" -->\n"+strings.TrimSuffix(table, "\n")+"\n\n"+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(present+"\n", table); diff != "" {
		t.Errorf("%s differs from what go test ./internal/route -update writes (-guide +simulated)\n%s", routingGuide, diff)
	}
}
