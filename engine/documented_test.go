package engine_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The examples are part of the documentation of the packages that programs are written against.
func TestEveryExportedTypeHasAnExample(t *testing.T) {
	for name, dir := range map[string]string{"engine": "."} {
		t.Run(name, func(t *testing.T) {
			shown := shownTypes(t, name, dir)
			for _, typ := range exportedTypes(t, dir) {
				if !shown[typ] {
					t.Errorf("no example in %s shows %s.%s: write one that uses it, or name it in one that fits", name, name, typ)
				}
			}
		})
	}
}

// exportedTypes lists the types that the documentation of a package shows, aliases among them.
func exportedTypes(t *testing.T, dir string) []string {
	t.Helper()
	files := token.NewFileSet()
	p, err := doc.NewFromFiles(files, parseFiles(t, files, dir, func(name string) bool { return !strings.HasSuffix(name, "_test.go") }), dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, typ := range p.Types {
		out = append(out, typ.Name)
	}
	if len(out) == 0 {
		t.Fatalf("%s has no types", dir)
	}
	return out
}

// shownTypes are the names of a package that its runnable examples use, and those that they are examples of.
func shownTypes(t *testing.T, pkg, dir string) map[string]bool {
	t.Helper()
	shown := map[string]bool{}
	for _, example := range doc.Examples(parseFiles(t, token.NewFileSet(), dir, func(name string) bool { return strings.HasPrefix(name, "example") })...) {
		if example.Output == "" {
			t.Errorf("Example%s does not run: it has no output", example.Name)
		}
		of, _, _ := strings.Cut(example.Name, "_")
		shown[of] = true
		ast.Inspect(example.Code, func(n ast.Node) bool {
			if use, ok := n.(*ast.SelectorExpr); ok {
				if from, ok := use.X.(*ast.Ident); ok && from.Name == pkg {
					shown[use.Sel.Name] = true
				}
			}
			return true
		})
	}
	return shown
}

func parseFiles(t *testing.T, set *token.FileSet, dir string, want func(name string) bool) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, path := range paths {
		if !want(filepath.Base(path)) {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file)
	}
	return out
}
