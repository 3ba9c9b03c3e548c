package yamltree

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestADocumentKeepsItsPlacesAndItsOrder(t *testing.T) {
	n, problems := Read([]byte("b: &x [1, two]\na: {c: *x, d: 2026-01-02, e: , f: true, g: 0x10}\n"), Limits{})
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

func TestReadGivesScalarsTheirValues(t *testing.T) {
	n, problems := Read([]byte("[0x10, 1_000, 0o7, -3, 18446744073709551615, 2.5, 1e3, TRUE, ~, 2026-01-02, '12', !!str 12]"), Limits{})
	if problems != nil {
		t.Fatal(problems)
	}
	want := []any{16, 1000, 7, -3, uint64(18446744073709551615), 2.5, 1000.0, true, nil, "2026-01-02", "12", "12"}
	got := make([]any, len(n.Items))
	for i, item := range n.Items {
		got[i] = item.Value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadOfAnEmptyDocument(t *testing.T) {
	for _, text := range []string{"", "# a comment\n", "---\n", "null"} {
		if n, problems := Read([]byte(text), Limits{}); problems != nil || n.Kind != Null || n.Line == 0 {
			t.Errorf("%q is read as %+v, %v", text, n, problems)
		}
	}
}

func TestReadReportsMistakesWithTheirPlace(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		cause      Cause
		want       string
	}{
		{"a key twice", "a: 1\nb: {c: 1, c: 2}\n", DuplicateKey, `x.yaml:2:11: b.c: is set twice; keep one of the two`},
		{"a merge", "a: &a {}\nb: {<<: *a}\n", MergeKey, `x.yaml:2:5: b: merge keys (<<) are not read; write the settings out, or use an alias for a whole value`},
		{"a key that is a list", "[a]: 1\n", BadKey, `x.yaml:1:1: a key is not a plain word; a text`},
		{"a tag", "a: !!binary aGk=\n", BadTag, `x.yaml:1:4: a: the value does not fit its tag; a plain value`},
		{"a tag that is not standard", "a: [!hunter2 x]\n", BadTag, `x.yaml:1:5: a.0: the value does not fit its tag; a plain value`},
		{"a value that does not fit its tag", "a: !!int hunter2\n", BadTag, `x.yaml:1:4: a: the value does not fit its tag; a plain value`},
		{"a word that does not fit its tag", "a: !!bool yes\n", BadTag, `x.yaml:1:4: a: the value does not fit its tag; a plain value`},
		{"a number that is not finite", "a.b: .inf\n", NotFinite, `x.yaml:1:6: "a.b": is not a finite number; a number`},
		{"no YAML", "a: [1\n", Syntax, "x.yaml:1:1: is not YAML: did not find expected ',' or ']'; check indentation, quotes and brackets"},
		{"a tab", "a:\n\tb: x\n", Syntax, "x.yaml:2:1: is not YAML: found character that cannot start any token; check indentation, quotes and brackets"},
		{"an alias of nothing", "a: b\nc: *hunter2\n", Syntax, "x.yaml:2:1: is not YAML: an alias (*) names an anchor (&) that is not above it; quote a text that begins with *"},
		{"an alias in itself", "a: &a [*a]\n", TooDeep, "x.yaml:1:8: a: is nested too deeply; at most 48 levels"},
		{"too much", strings.Repeat(" ", MaxBytes+1), TooLong, "x.yaml: the file has 524289 bytes; at most 524288"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Read([]byte(tt.text), Limits{})
			err := AsError("x.yaml", problems)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("the error is %v", err)
			}
			if diff := cmp.Diff(tt.want, e.Error()); diff != "" || e.Problems[0].Cause != tt.cause {
				t.Errorf("cause %d, want %d\n%s", e.Problems[0].Cause, tt.cause, diff)
			}
		})
	}
}

func TestReadKeepsToTheLimitsOfItsCaller(t *testing.T) {
	for _, tt := range []struct {
		limits Limits
		cause  Cause
	}{{Limits{Bytes: 13}, TooLong}, {Limits{Values: 4}, TooManyValues}, {Limits{Depth: 2}, TooDeep}, {Limits{Bytes: 14, Values: 5, Depth: 3}, Other}} {
		_, problems := Read([]byte("a: [b, {c: d}]"), tt.limits)
		if tt.cause == Other && problems != nil || tt.cause != Other && (len(problems) != 1 || problems[0].Cause != tt.cause) {
			t.Errorf("%+v: %v", tt.limits, problems)
		}
	}
}

//attack:supply-bounds a file whose aliases unfold
func TestAFileThatUnfoldsIsStopped(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := '1'; i <= '9'; i++ {
		before := "*a" + string(i-1)
		b.WriteString("a" + string(i) + ": &a" + string(i) + " [" + strings.Repeat(before+", ", 9) + before + "]\n")
	}
	_, problems := Read([]byte(b.String()), Limits{})
	if len(problems) != 1 || problems[0].Cause != TooManyValues || problems[0].Want != "at most 50000, aliases followed" {
		t.Errorf("problems are %v", problems)
	}
}

//attack:supply-bounds a long text that has many aliases
func TestALongTextWithManyAliasesIsStopped(t *testing.T) {
	text := "a: &a " + strings.Repeat("x", 100_000) + "\nb: [" + strings.Repeat("*a, ", 20_000) + "*a]\n"
	n, problems := Read([]byte(text), Limits{})
	if len(problems) != 1 || problems[0].Cause != TooLong || problems[0].Want != "at most 524288 bytes, aliases followed" {
		t.Errorf("problems are %v", problems)
	}
	if written := len(n.JSON()); written > 2*MaxBytes {
		t.Errorf("the tree has %d bytes as JSON", written)
	}
}

//attack:supply-bounds a document that is full of mistakes
func TestADocumentFullOfMistakesIsReportedInPart(t *testing.T) {
	if _, problems := Read([]byte(strings.Repeat("? \n: \n", 10_000)), Limits{}); len(problems) != maxProblems {
		t.Errorf("%d problems are reported", len(problems))
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a: &a [*a, {b: 1e3}]\n? [x]\n: !!int 3\n"))
	f.Add([]byte("[!!bool yes, !!int x, .nan]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, problems := Read(text, Limits{})
		if n == nil {
			t.Fatal("no tree")
		}
		if problems == nil && !json.Valid(n.JSON()) {
			t.Errorf("no JSON: %s", n.JSON())
		}
	})
}
