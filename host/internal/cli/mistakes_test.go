package cli_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

var updateMistakes = flag.Bool("update-mistakes", false, "write what the program says into testdata/mistakes.txtar")

// complete matches a problem with file, line, column, setting, mistake and cure. A file that is not YAML has no settings.
var complete = regexp.MustCompile(`^[a-z-]+(\.console)?\.yaml:[1-9][0-9]*:[1-9][0-9]*: ([a-z_]+(\.[A-Za-z0-9_-]+)*: .+|is not YAML: .+); .+$`)

// main is the configuration file beside a console's file with a mistake.
const main = "providers:\n  jumdata:\n    secrets: {app_id: \"env:ID\", app_secret: \"env:ID\"}\n    price: {per_call: \"0.05\"}\n"

// TestConfigValidateReportsPlaceAndCureOfEveryMistake runs config validate on a table of mistakes: in the configuration file, in the
// console's file, in secrets, and in settings that the engine or the plugins' manifests refuse.
func TestConfigValidateReportsPlaceAndCureOfEveryMistake(t *testing.T) {
	t.Parallel()
	const table = "testdata/mistakes.txtar"
	archive, err := txtar.ParseFile(table)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 2*40 {
		t.Errorf("there are only %d mistakes", len(archive.Files)/2)
	}
	plugins := manifestsOnly(t)
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, want := archive.Files[i], &archive.Files[i+1]
		name := strings.TrimSuffix(in.Name, ".yaml")
		if want.Name != name+".want" {
			t.Fatalf("%s is not followed by its answer", in.Name)
		}
		t.Run(name, func(t *testing.T) {
			got := mistakes(t, in, plugins)
			if *updateMistakes {
				want.Data = []byte(got)
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for line := range strings.Lines(got) {
				if !complete.MatchString(strings.TrimSuffix(line, "\n")) {
					t.Errorf("without place or cure: %s", line)
				}
			}
			if strings.Contains(got, "hunter2") {
				t.Error("the answer repeats a secret")
			}
		})
	}
	if *updateMistakes {
		if err := os.WriteFile(table, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// mistakes returns the output of config validate for a file that must be refused.
func mistakes(t *testing.T, in txtar.File, plugins string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{in.Name: string(in.Data), "pub.pem": "nonsense", "empty": ""}
	config := in.Name
	if name, ok := strings.CutSuffix(in.Name, ".console.yaml"); ok {
		config = name + ".yaml"
		files[config] = main
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	p := &cli.Program{Stdout: &out, Stderr: &errs, Environ: []string{"ID=id-4711"}, Dir: filepath.Dir(plugins)}
	if status := p.Run(t.Context(), []string{"config", "validate", "--plugins-lock", "off", "--config", filepath.Join(dir, config)}); status != cli.StatusUsage {
		t.Errorf("status %d", status)
	}
	if out.Len() > 0 {
		t.Errorf("said on standard output: %s", &out)
	}
	return strings.NewReplacer(dir+"/", "", plugins, "PLUGINS").Replace(errs.String())
}

// manifestsOnly returns a folder of plugins that cannot run: the shipped manifests beside empty programs, and a broken one.
func manifestsOnly(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "plugins")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../../../plugins/*/manifest.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("the shipped plugins are not there: %v", err)
	}
	files := map[string][]byte{"bad": nil, "bad.manifest.json": []byte(`{"name": 3}`)}
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path))
		if files[name+".manifest.json"], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		files[name] = nil
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
