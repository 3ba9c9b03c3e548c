package conform_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// plugins are the builds of the provider unruly. cache is a folder for compiled code.
var plugins struct{ module, executable, cache string }

func TestMain(m *testing.M) {
	sources := []string{"testdata/unruly"}
	os.Exit(plugintest.Main(m, plugintest.Sources{Modules: sources, Processes: sources}, func(b plugintest.Built) error {
		plugins.module, plugins.executable = filepath.Join(b.Modules, "unruly.wasm"), filepath.Join(b.Processes, "unruly")
		plugins.cache = b.Cache
		return nil
	}))
}

// recorded returns the golden exchange of the provider that keeps every rule, without its mode. It is recorded once,
// which also compiles the module before tests need it in parallel.
var recorded = sync.OnceValues(func() (text string, err error) {
	dir, err := os.MkdirTemp("", "conform-test-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		return "", err
	}
	s, err := conform.Open(context.Background(), plugins.module, conform.Options{Exchanges: dir, Update: true, Cache: plugins.cache})
	if err != nil {
		return "", err
	}
	written, err := os.ReadFile(filepath.Join(dir, "front.txtar"))
	return string(written), errors.Join(err, s.Close(context.Background()))
})

// folder returns a folder with a golden exchange that was recorded while the provider misbehaved in one way. Without a
// way, it keeps every rule.
func folder(t *testing.T, how string) string {
	t.Helper()
	text, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	dir := unrecorded(t)
	exchange := filepath.Join(dir, "front.txtar")
	if err := os.WriteFile(exchange, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if how == "" {
		return dir
	}
	rewrite(t, exchange, "MODE", how)
	s := open(t, plugins.module, conform.Options{Exchanges: dir, Update: true})
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// unrecorded returns a folder with the exchange as it is in testdata.
func unrecorded(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func rewrite(t *testing.T, path, old, with string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", filepath.Base(path), old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, with, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, file string, o conform.Options) *conform.Subject {
	t.Helper()
	o.Cache = plugins.cache
	s, err := conform.Open(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verdicts returns the problems of the cases that failed, the names of those that do not apply, and all outcomes.
func verdicts(t *testing.T, file, dir string) (failed map[string][]conform.Problem, skipped []string, outcomes map[string]*conform.Outcome) {
	t.Helper()
	s := open(t, file, conform.Options{Exchanges: dir})
	failed, outcomes = map[string][]conform.Problem{}, map[string]*conform.Outcome{}
	for _, c := range conform.Cases() {
		o, err := s.Check(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		outcomes[c.Name] = o
		switch o.Verdict {
		case conform.Failed:
			failed[c.Name] = o.Problems
		case conform.NotApplicable:
			skipped = append(skipped, c.Name)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	return failed, skipped, outcomes
}

func TestAProviderThatKeepsEveryRulePasses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind, file string
		skipped    []string
	}{{"wasm", plugins.module, nil}, {"process", plugins.executable, []string{"budget", "memory"}}} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			failed, skipped, outcomes := verdicts(t, tt.file, folder(t, ""))
			if diff := gocmp.Diff(map[string][]conform.Problem{}, failed); diff != "" {
				t.Error(diff)
			}
			if diff := gocmp.Diff(tt.skipped, skipped); diff != "" {
				t.Error(diff)
			}
			for name, o := range outcomes {
				if len(o.Warnings) > 0 {
					t.Errorf("%s warns: %v", name, o.Warnings)
				}
			}
		})
	}
}

func TestAModuleKeepsNothingBetweenStepsWhateverItTries(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"impure", "leaky"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			failed, _, _ := verdicts(t, plugins.module, folder(t, how))
			if diff := gocmp.Diff(map[string][]conform.Problem{}, failed); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEachMisbehaviourFailsItsOwnCaseAndNoOther(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]struct{ failed, says string }{
		"elsewhere":  {"descriptor", "https://other.example.com is called and not listed"},
		"impure":     {"pure", "something else"}, // as a subprocess, whose state nobody puts back
		"hungry":     {"budget", fmt.Sprintf("needs more than %d of the %d fuel", wasm.DefaultFuel/10, wasm.DefaultFuel)},
		"bloated":    {"memory", "a step makes the memory grow too far"},
		"unmapped":   {"failures", "code 2 too many: kind is provider_error; kind rate_limited"},
		"hopeful":    {"failures", "code 987654 no idea: retryable is true; retryable false"},
		"indiscreet": {"secrets", "step 1 contains the text of the secret app_secret"},
		"brittle":    {"hostile", "/code is null: the plugin breaks"},
		"wasteful":   {"hostile", "a call that may be billed is retryable"},
		"empty":      {"hostile", "a card is recognised and has no field"},
		"shut":       {"front doors", "is admitted"},
		"talkative":  {"front doors", "a client gets the message of the failure"},
		"garbled":    {"front doors", "cannot be parsed"},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			file := plugins.module
			if how == "impure" {
				file = plugins.executable
			}
			failed, _, _ := verdicts(t, file, folder(t, how))
			problems, ok := failed[want.failed]
			if !ok || len(failed) > 1 {
				t.Fatalf("want only %s to fail, but these failed: %v", want.failed, failed)
			}
			found := false
			for _, p := range problems {
				found = found || strings.Contains(p.String(), want.says)
			}
			if !found {
				t.Errorf("no problem says %q: %v", want.says, problems)
			}
			if strings.Contains(fmt.Sprint(failed), "correct horse") {
				t.Error("a problem contains the secret")
			}
		})
	}
}

func TestAFileThatIsMissingOrWrongFailsItsCase(t *testing.T) {
	t.Parallel()
	remove := func(names ...string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			for _, name := range names {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for name, tt := range map[string]struct {
		spoil  func(t *testing.T, dir string)
		failed []string
		says   string
	}{
		"no table of failures": {remove("failures.txtar"), []string{"failures"}, "there is no failures.txtar"},
		"no exchange":          {remove("front.txtar"), []string{"failures", "front doors", "golden"}, "no golden exchange"},
		"another result": {func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, "front.txtar"), `"样本张三"`, `"样本李四"`)
		}, []string{"golden"}, "+"},
		"an invalid row": {func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, "failures.txtar"), "rate_limited", "limited")
		}, []string{"failures"}, `section failures, line 3: "limited" is no FailureKind`},
		"an invalid template": {func(t *testing.T, dir string) { rewrite(t, filepath.Join(dir, "failures.txtar"), "{status}", "{stat}") }, []string{"failures"}, "the template makes no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, "")
			tt.spoil(t, dir)
			failed, _, _ := verdicts(t, plugins.module, dir)
			var names []string
			for _, c := range conform.Cases() {
				if _, ok := failed[c.Name]; ok {
					names = append(names, c.Name)
				}
			}
			slices.Sort(names)
			if diff := gocmp.Diff(tt.failed, names); diff != "" {
				t.Errorf("%s%v", diff, failed)
			}
			if !strings.Contains(fmt.Sprint(failed), tt.says) {
				t.Errorf("nothing says %q: %v", tt.says, failed)
			}
		})
	}
}

func TestAFurtherExchangeMustSayWhatTheOneBeforeCost(t *testing.T) {
	t.Parallel()
	for how, warnings := range map[string]int{"asks again": 1, "asks again and says what it cost": 0} {
		_, _, outcomes := verdicts(t, plugins.module, folder(t, how))
		if got := outcomes["hostile"].Warnings; len(got) != warnings {
			t.Errorf("%s: %v", how, got)
		}
	}
}

// withManifest returns a copy of the module with a change in its manifest.
func withManifest(t *testing.T, old, with string) string {
	t.Helper()
	code, err := os.ReadFile(plugins.module)
	if err != nil {
		t.Fatal(err)
	}
	text, err := manifest.Extract(code)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("the manifest has no %s", old)
	}
	if code, err = manifest.Embed(code, []byte(strings.Replace(string(text), old, with, 1))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "unruly.wasm")
	if err := os.WriteFile(file, code, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheManifestMustMatchTheProvider(t *testing.T) {
	t.Parallel()
	const images = `"images": {"formats": ["jpg"], "min_side": 15, "max_side": 4096, "max_bytes": 1048576, "inputs": ["bytes"]},`
	t.Run("limits are declared", func(t *testing.T) {
		t.Parallel()
		file := withManifest(t, images, "")
		dir := folder(t, "")
		failed, _, _ := verdicts(t, file, dir)
		if len(failed) != 1 || len(failed["limits"]) != 1 {
			t.Errorf("failed: %v", failed)
		}
		if err := os.WriteFile(filepath.Join(dir, conform.LimitsFile), []byte("the document states none\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		failed, skipped, outcomes := verdicts(t, file, dir)
		if len(failed) != 0 || len(skipped) != 1 || outcomes["limits"].Reason != "none are declared: the document states none" {
			t.Errorf("failed: %v, not applicable: %v", failed, skipped)
		}
	})
	t.Run("an unused declaration is a warning", func(t *testing.T) {
		t.Parallel()
		file := withManifest(t, `"hosts": ["https://api.example.com"],`, `"hosts": ["https://api.example.com", "https://old.example.com"], "host_functions": ["sign"],`)
		failed, _, outcomes := verdicts(t, file, folder(t, ""))
		var warnings []string
		for _, w := range outcomes["descriptor"].Warnings {
			warnings = append(warnings, w.Wrong)
		}
		want := []string{"no exchange calls https://old.example.com", "no exchange calls sign"}
		if diff := gocmp.Diff(want, warnings); diff != "" || len(failed) != 0 {
			t.Errorf("%s%v", diff, failed)
		}
	})
	t.Run("an endpoint can be configured", func(t *testing.T) {
		t.Parallel()
		// Without an endpoint the exchange cannot be played.
		file := withManifest(t, `"endpoint": {"type": "string", "format": "uri", "description": "Replaces https://api.example.com."},`, "")
		_, err := conform.Open(t.Context(), file, conform.Options{Exchanges: unrecorded(t), Cache: plugins.cache})
		if err == nil || !strings.Contains(err.Error(), "endpoint") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestAFileThatIsNoPluginIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"broken.wasm": "not a module", "notes.txt": "nothing"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := conform.Open(t.Context(), filepath.Join(dir, name), conform.Options{})
		var plugin *catalog.PluginError
		if !errors.As(err, &plugin) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := conform.Open(t.Context(), filepath.Join(dir, "missing.wasm"), conform.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: the error is %v", err)
	}
}
