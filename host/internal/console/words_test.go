package console_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

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
		add("kind", k.String())
		if k != abi.FailureKindUnspecified {
			add("kind", k.String()+".advice")
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
		seen, todo := map[string]bool{"/": true, "/console/sign-in": true}, []string{"/", "/console/sign-in"}
		for len(todo) > 0 {
			at := todo[0]
			todo = todo[1:]
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.url+at, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Language", language)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range key.FindAllString(string(b), -1) {
				if !file.MatchString(k) {
					t.Errorf("%s in %s shows %s", at, language, k)
				}
			}
			for _, m := range link.FindAllStringSubmatch(string(b), -1) {
				if !seen[m[1]] {
					seen[m[1]], todo = true, append(todo, m[1])
				}
			}
		}
	}
}
