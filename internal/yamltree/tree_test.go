package yamltree

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestADocumentKeepsItsPlacesAndItsOrder(t *testing.T) {
	n, problems := Read([]byte("b: &x [1, two]\na: {c: *x, d: 2026-01-02, e: , f: true, g: 0x10}\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	want := `{"b":[1,"two"],"a":{"c":[1,"two"],"d":"2026-01-02","e":null,"f":true,"g":"0x10"}}`
	if diff := cmp.Diff(want, string(n.JSON())); diff != "" {
		t.Error(diff)
	}
	if at := n.At("a.c[1]"); at.Scalar != "two" || at.Line != 1 || at.Column != 11 {
		t.Errorf("a.c[1] is %+v", at)
	}
	if at := n.At("a.none[3].x"); at != n.Get("a") {
		t.Errorf("the nearest is %+v", at)
	}
}

func TestWhatIsWrongHasItsPlace(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a key twice", "a: 1\nb: 2\na: 3\n", `x.yaml:3:1: "a" is there twice, want one of the two`},
		{"a merge", "a: &a {}\nb: {<<: *a}\n", `x.yaml:2:5: merge keys (<<) are not read, want an alias for a whole value`},
		{"a key that is a list", "[a]: 1\n", `x.yaml:1:1: a key is not a plain word`},
		{"a tag", "a: !!binary aGk=\n", `x.yaml:1:4: has the tag "!!binary", want a plain value`},
		{"no YAML", "a: [1\n", "x.yaml:1:1: is not YAML: did not find expected ',' or ']'; check indentation, quotes and brackets"},
		{"nothing", "", "x.yaml: the file is empty"},
		{"an alias in itself", "a: &a [*a]\n", "x.yaml:1:8: is nested too deeply, want at most 48 levels"},
		{"too much", strings.Repeat(" ", MaxBytes+1), "x.yaml: the file has 524289 bytes, want at most 524288"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Read([]byte(tt.text))
			err := AsError("x.yaml", problems)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("the error is %v", err)
			}
			if diff := cmp.Diff(tt.want, e.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFileThatUnfoldsIsStopped(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := '1'; i <= '9'; i++ {
		before := "*a" + string(i-1)
		b.WriteString("a" + string(i) + ": &a" + string(i) + " [" + strings.Repeat(before+", ", 9) + before + "]\n")
	}
	_, problems := Read([]byte(b.String()))
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "unfolds into more than 50000 values") {
		t.Errorf("problems are %v", problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a: &a [*a, {b: 1e3}]\n? [x]\n: !!int 3\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, problems := Read(text)
		if n == nil {
			t.Fatal("no tree")
		}
		if problems == nil && !json.Valid(n.JSON()) {
			t.Errorf("no JSON: %s", n.JSON())
		}
	})
}
