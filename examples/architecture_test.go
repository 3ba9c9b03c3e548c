package examples

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const architecture = "../docs/architecture.md"

func readArchitecture(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// group is the box of the picture of packages that an import path belongs to.
func group(path string) string {
	path = strings.TrimPrefix(path, "github.com/ocrmux/ocrmux/")
	for _, rule := range []struct{ prefix, group string }{
		{"engine/abi", "contract"}, {"engine/wasm", "runtimes"}, {"engine/process", "runtimes"}, {"engine/declarative", "runtimes"},
		{"engine/store/jetstream", "jetstream"}, {"engine/store", "store"}, {"engine/idcard", "idcard"}, {"engine/enginetest", "enginetest"},
		{"engine", "engine"}, {"sdk/sdktest", "sdktest"}, {"sdk", "sdk"}, {"host", "host"}, {"plugins", "plugins"}, {"examples", "examples"},
		{"internal/build", "tools"}, {"internal/conform", "tools"}, {"internal/inbound", "tools"}, {"internal/plugintest", "tools"}, {"internal", "parts"},
	} {
		if path == rule.prefix || strings.HasPrefix(path, rule.prefix+"/") {
			return rule.group
		}
	}
	return path
}

func TestArchitecturePictureOfPackagesIsTrue(t *testing.T) {
	_, rest, _ := strings.Cut(readArchitecture(t), "flowchart TD\n")
	picture, _, _ := strings.Cut(rest, "```")
	drawn := map[string]bool{}
	for line := range strings.Lines(picture) {
		drawn[strings.TrimSpace(line)] = true
	}
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	list.Dir = ".."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	real := map[string]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.ImportPath, "/testdata/") {
			continue
		}
		for _, imported := range p.Imports {
			from, to := group(p.ImportPath), group(imported)
			if strings.HasPrefix(imported, "github.com/ocrmux/ocrmux") && from != to {
				real[from+" --> "+to] = p.ImportPath + " imports " + imported
			}
		}
	}
	for edge, because := range real {
		if !drawn[edge] {
			t.Errorf("the picture lacks %q: %s", edge, because)
		}
	}
	for edge := range drawn {
		if real[edge] == "" {
			t.Errorf("the picture has %q, which no package imports", edge)
		}
	}
}

// TestArchitectureNamesFilesAndFunctionsThatAreThere holds the table of hops, and every path in the page, to the code.
func TestArchitectureNamesFilesAndFunctionsThatAreThere(t *testing.T) {
	text := readArchitecture(t)
	hops := regexp.MustCompile("(?m)^\\|[^|]*\\| `([^`]+\\.go)` \\| `([^`]+)` \\|").FindAllStringSubmatch(text, -1)
	if len(hops) < 8 {
		t.Fatalf("the page has %d hops with a file and a function", len(hops))
	}
	for _, hop := range hops {
		source, err := os.ReadFile(filepath.Join("..", hop[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		receiver, name, method := strings.Cut(hop[2], ".")
		pattern := `(?m)^func ` + regexp.QuoteMeta(receiver) + `[\[(]`
		if method {
			pattern = `(?m)^func \(\w* ?\*?` + regexp.QuoteMeta(receiver) + `(\[\w+\])?\) ` + regexp.QuoteMeta(name) + `\(`
		}
		if !regexp.MustCompile(pattern).Match(source) {
			t.Errorf("%s has no function %s", hop[1], hop[2])
		}
	}
	for _, m := range regexp.MustCompile("`((?:engine|internal|host|sdk)(?:/[a-z0-9]+)*)`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
			t.Errorf("the page names %s: %v", m[1], err)
		}
	}
}

func TestArchitectureListsEveryInternalPackage(t *testing.T) {
	text := readArchitecture(t)
	for _, folder := range []string{"../internal", "../host/internal"} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := strings.TrimPrefix(filepath.ToSlash(filepath.Join(folder, e.Name())), "../")
			short := "`" + e.Name() + "`"
			if e.IsDir() && !strings.Contains(text, "`"+name+"`") && !slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool {
				return strings.Contains(line, filepath.ToSlash(strings.TrimPrefix(folder, "../"))+"/") && strings.Contains(line, short)
			}) {
				t.Errorf("docs/architecture.md does not say what %s is for", name)
			}
		}
	}
}
