package console_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
)

// wordsOf are all words of a language, by their keys.
func wordsOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	files, err := filepath.Glob(filepath.Join("words", folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no words in %s (%v)", folder, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		some := make(map[string]string)
		if err := json.Unmarshal(b, &some); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		maps.Copy(out, some)
	}
	return out
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-z%]`)

func TestWordsOfBothLanguagesHaveTheSameKeysAndValues(t *testing.T) {
	verbs := func(folder string) map[string][]string {
		out := make(map[string][]string)
		for key, text := range wordsOf(t, folder) {
			out[key] = verb.FindAllString(text, -1)
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s says nothing", folder, key)
			}
		}
		return out
	}
	if diff := cmp.Diff(verbs("en"), verbs("zh")); diff != "" {
		t.Errorf("-en +zh\n%s", diff)
	}
}

// asked finds the keys that templates and Go ask for by name.
var asked = regexp.MustCompile(`(?:\.|\$p\.|\$\.)(?:T|Has)[ (]"([a-z][a-z0-9._-]*[a-z0-9])"`)

func TestWordsAreThereForEveryKeyInUse(t *testing.T) {
	words, found := wordsOf(t, "en"), 0
	for _, pattern := range []string{"pages/*.html", "*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range asked.FindAllSubmatch(b, -1) {
				found++
				if _, ok := words[string(m[1])]; !ok {
					t.Errorf("%s asks for %s, which has no text", file, m[1])
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d texts are asked for; the pattern does not find them any more", found)
	}
}

func TestWordsAreThereForEveryNameOfTheContract(t *testing.T) {
	var want []string
	add := func(of string, names ...string) {
		for _, n := range names {
			want = append(want, "read."+of+"."+n)
		}
	}
	for k := range abi.FailureKindInternal + 1 {
		want = append(want, "failure."+k.String())
		if k != abi.FailureKindUnspecified {
			want = append(want, "failure."+k.String()+".advice")
		}
	}
	for f := abi.FaultCaller; f <= abi.FaultNetwork; f++ {
		add("fault", f.String())
	}
	for b := range abi.BilledYes + 1 {
		add("billed", b.String())
	}
	for _, o := range []engine.Outcome{engine.Recognized, engine.Failed, engine.Skipped, engine.Stopped} {
		add("outcome", string(o))
	}
	for _, s := range []idcard.State{idcard.Pass, idcard.Fail, idcard.NotChecked} {
		add("state", s.String())
	}
	for _, c := range idcard.CheckNames() {
		add("check", c, c+".fail")
	}
	for _, s := range []string{
		"copy", "screen", "reflective", "blurred", "incomplete", "occluded", "tampered", "temporary", "over_dark", "over_exposed", "reversed_side", "not_id_card",
	} {
		add("signal", s, s+".advice")
	}
	add("field", idcard.FieldNames()...)
	add("sex", idcard.Male, idcard.Female)
	add("side", engine.Front.String(), engine.Back.String())
	add("flag", "uncertain", idcard.FlagMasked, idcard.FlagUnnormalized, idcard.FlagFifteenDigits, engine.Disputed)
	for _, folder := range []string{"en", "zh"} {
		words := wordsOf(t, folder)
		for _, key := range want {
			if words[key] == "" {
				t.Errorf("%s: there is no text for %s", folder, key)
			}
		}
	}
}

// TestWordsAreAskedForWithTheirValues finds texts that are formatted with too few or too many values, which a page would show as "%!".
func TestWordsAreAskedForWithTheirValues(t *testing.T) {
	words, found := wordsOf(t, "en"), 0
	check := func(where, key string, values int) {
		found++
		if want := len(verb.FindAllString(words[key], -1)); want != values {
			t.Errorf("%s: %s has %d values, want %d", where, key, values, want)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || name.Sel.Name != "T" || call.Ellipsis.IsValid() {
				return true
			}
			literal, ok := call.Args[0].(*ast.BasicLit)
			switch {
			case ok:
				check(file, strings.Trim(literal.Value, `"`), len(call.Args)-1)
			case len(call.Args) > 1:
				if _, sum := call.Args[0].(*ast.BinaryExpr); !sum { // a sum begins with the group of its key
					t.Errorf("%s: a key that is not written here has values", file)
				}
			}
			return true
		})
	}
	pages, err := template.New("").Funcs(template.FuncMap{"asset": fmt.Sprint, "dict": fmt.Sprint}).ParseGlob("pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages.Templates() {
		if page.Tree != nil {
			eachCommand(page.Tree.Root, func(c *parse.CommandNode) {
				if key, ok := wordsKey(c); ok {
					check(page.Name(), key, len(c.Args)-2)
				}
			})
		}
	}
	if found < 150 {
		t.Errorf("only %d texts are asked for; the test does not find them any more", found)
	}
}

// wordsKey returns the key that a command of a template asks for, such as that of {{$p.T "read.by" .Name}}.
func wordsKey(c *parse.CommandNode) (key string, ok bool) {
	if len(c.Args) < 2 {
		return "", false
	}
	text, ok := c.Args[1].(*parse.StringNode)
	if !ok || !strings.HasSuffix(c.Args[0].String(), ".T") {
		return "", false
	}
	return text.Text, true
}

// eachCommand visits the commands of a template, those in parentheses as well.
func eachCommand(n parse.Node, visit func(*parse.CommandNode)) {
	pipe := func(p *parse.PipeNode) {
		if p == nil {
			return
		}
		for _, c := range p.Cmds {
			visit(c)
			for _, arg := range c.Args {
				eachCommand(arg, visit)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		eachCommand(b.List, visit)
		if b.ElseList != nil {
			eachCommand(b.ElseList, visit)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			eachCommand(child, visit)
		}
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		pipe(n)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	}
}

var (
	link = regexp.MustCompile(`href="(/(?:console/[a-z][a-z0-9/-]*)?)"`)
	file = regexp.MustCompile(`\.(css|js|svg|jpg|json|csv|html)$`)
)

func TestPagesShowNoKeyInPlaceOfAText(t *testing.T) {
	g := open(t, nil)
	prefixes := make(map[string]bool)
	for key := range wordsOf(t, "en") {
		prefix, _, _ := strings.Cut(key, ".")
		prefixes[prefix] = true
	}
	key := regexp.MustCompile(`\b(?:` + strings.Join(slices.Sorted(maps.Keys(prefixes)), "|") + `)(?:\.[a-z_-]+)+`)
	for _, language := range []string{"en", "zh"} {
		todo := []string{"/", "/console/sign-in", "/console/nope", "/console/usage?from=x", "/console/usage?from=2026-02-02&to=2026-02-01", "/console/usage?from=2020-01-01&to=2026-01-01"}
		seen := make(map[string]bool)
		for _, at := range todo {
			seen[at] = true
		}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			_, _, b := pageIn(t, language, g.url+at)
			if strings.Contains(b, "%!") {
				t.Errorf("%s in %s shows a text with other values than it has verbs", at, language)
			}
			for _, k := range key.FindAllString(b, -1) {
				if !file.MatchString(k) {
					t.Errorf("%s in %s shows %s", at, language, k)
				}
			}
			for _, m := range link.FindAllStringSubmatch(b, -1) {
				if !seen[m[1]] {
					seen[m[1]], todo = true, append(todo, m[1])
				}
			}
		}
	}
}

// pageIn returns the status, the header and the text of a page in a language.
func pageIn(t *testing.T, language, url string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", language)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

func TestConsoleHasAPageForAddressesThatAreNotThere(t *testing.T) {
	g := open(t, nil)
	for path, want := range map[string]int{"/console/nope": http.StatusNotFound, "/console/sign-out": http.StatusMethodNotAllowed} {
		for _, language := range []string{"en", "zh"} {
			says := wordsOf(t, language)["refused.back"]
			status, header, page := pageIn(t, language, g.url+path)
			if status != want || !strings.Contains(page, says) || header.Get("Content-Security-Policy") == "" {
				t.Errorf("%s in %s is answered with %d, want %d and %q:\n%s", path, language, status, want, says, page)
			}
		}
	}
}
