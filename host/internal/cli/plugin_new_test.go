package cli

import (
	"go/format"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPluginNewWritesFormattedCodeForThePublishedModule(t *testing.T) {
	t.Parallel()
	s := &scaffold{Name: "acme", Language: languages()["go"], Module: "example.com/acme", Go: goVersion, Version: "v1.2.3"}
	files, err := s.files()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		formatted, err := format.Source(content)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(string(formatted), string(content)); diff != "" {
			t.Errorf("%s is not formatted: %s", name, diff)
		}
	}
	const mod = "module example.com/acme\n\ngo " + goVersion + "\n\nrequire github.com/ocrmux/ocrmux v1.2.3\n"
	if diff := cmp.Diff(mod, string(files["go.mod"])); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(files["README.md"]), "```sh\ngo mod tidy ") {
		t.Errorf("the README should begin with go mod tidy:\n%s", files["README.md"])
	}
}

func TestPluginNewUsesTheGoVersionOfTheSDK(t *testing.T) {
	t.Parallel()
	c, err := readCheckout("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if c.goVersion != goVersion {
		t.Errorf("go.mod says %s", c.goVersion)
	}
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		if strings.HasPrefix(line, "\tg") && !strings.Contains(c.requires, line) {
			t.Errorf("the requirement is lost: %s", line)
		}
	}
}

func TestPluginNewRequiresOnlyPublishedVersions(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"v1.2.3": true, "v1.2.3-rc.1": true, "v0.0.0-20260102030405-abcdef012345": true,
		"(devel)": false, "v1.2.3+dirty": false, "v0.0.0-20260102030405-abcdef012345+dirty": false, "1.2.3": false,
	} {
		if published.MatchString(version) != want {
			t.Errorf("%s: want %v", version, want)
		}
	}
}
