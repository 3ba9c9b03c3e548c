package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/manifest"
)

const guide = "../../docs/authoring.md"

// blocks returns the fenced code blocks of the guide in one language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("%s has no block of %s", guide, language)
	}
	return out
}

// Go blocks are programs, declarations, or the body of a method.
func TestGuideGoBlocksCompile(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the guide's programs")
	}
	declaration := regexp.MustCompile(`(?m)^(func|type|const|var) `)
	const head = "package guide\n\nimport \"github.com/ocrmux/ocrmux/sdk\"\n\n"
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-overlay", filepath.Join(t.TempDir(), "overlay.json")}
	for i, source := range blocks(t, "go") {
		switch {
		case strings.HasPrefix(source, "package "):
		case declaration.MatchString(source):
			source = head + source
		default:
			source = head + "func _(c *sdk.Call, in *sdk.Start, r *sdk.Response) *sdk.Action {\n" + source + "}\n"
		}
		file := filepath.Join(t.TempDir(), "block.go")
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("guide-block-%d", i+1)
		place, err := filepath.Abs(filepath.Join(name, "block.go"))
		if err != nil {
			t.Fatal(err)
		}
		overlay.Replace[place] = file
		args = append(args, "./"+name)
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(args[2], text, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestGuideManifestIsValid(t *testing.T) {
	t.Parallel()
	d, err := manifest.Parse([]byte(blocks(t, "json")[0]))
	if err == nil {
		err = manifest.Validate(d)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestGuideNamesEveryFunctionOfTheSDK(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../../sdk/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Name.IsExported() && f.Name.Name != "Error" && !ofUnexported(f) && !strings.Contains(string(text), "."+f.Name.Name) {
				t.Errorf("the guide does not name %s of %s", f.Name.Name, filepath.Base(path))
			}
		}
	}
}

// ofUnexported reports whether a function is a method of an unexported type.
func ofUnexported(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	t := f.Recv.List[0].Type
	if pointer, ok := t.(*ast.StarExpr); ok {
		t = pointer.X
	}
	name, ok := t.(*ast.Ident)
	return ok && !name.IsExported()
}
