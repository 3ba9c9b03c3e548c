package route_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables of docs/routing.md anew")

const routingGuide = "../../docs/routing.md"

// keepTable holds a table of the guide to what was simulated; it stands between a line that names it and the next empty line.
func keepTable(t *testing.T, name, table string) {
	t.Helper()
	text, err := os.ReadFile(routingGuide)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), "<!-- simulated: "+name+" -->\n")
	if !ok {
		t.Fatalf("%s has no place for the table %q", routingGuide, name)
	}
	stands, tail, _ := strings.Cut(rest, "\n\n")
	if *update {
		if err := os.WriteFile(routingGuide, []byte(head+"<!-- simulated: "+name+" -->\n"+strings.TrimSuffix(table, "\n")+"\n\n"+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(stands+"\n", table); diff != "" {
		t.Errorf("%s has another table than go test -update ./engine/route would write (-guide +simulated)\n%s", routingGuide, diff)
	}
}
