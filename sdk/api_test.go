package sdk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Authors cannot import internal packages, and a documentation site does not show their methods.
func TestExportedSignaturesNameNoInternalType(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{".", "sdktest"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(err, files)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			internal := internalImports(file)
			for exported, node := range exportedParts(file) {
				ast.Inspect(node, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok {
						if from, ok := s.X.(*ast.Ident); ok && internal[from.Name] {
							t.Errorf("%s: %s names %s.%s", name, exported, from.Name, s.Sel.Name)
						}
					}
					return true
				})
			}
		}
	}
}

// internalImports returns the names under which a file imports internal packages.
func internalImports(file *ast.File) map[string]bool {
	out := map[string]bool{}
	for _, i := range file.Imports {
		from, _ := strconv.Unquote(i.Path.Value) // the parser has read it
		if !strings.Contains(from, "/internal/") {
			continue
		}
		name := path.Base(from)
		if i.Name != nil {
			name = i.Name.Name
		}
		out[name] = true
	}
	return out
}

// exportedParts returns what the documentation shows of a file: signatures, types with their exported fields, and the
// types of variables and constants.
func exportedParts(file *ast.File) map[string]ast.Node {
	out := map[string]ast.Node{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
				out[receiver(d)+"."+d.Name.Name] = d.Type
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() {
						ast.Inspect(s.Type, dropUnexportedFields)
						out[s.Name.Name] = s.Type
					}
				case *ast.ValueSpec:
					if s.Names[0].IsExported() {
						out[s.Names[0].Name] = s
					}
				}
			}
		}
	}
	return out
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	if name, ok := of.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func dropUnexportedFields(n ast.Node) bool {
	s, ok := n.(*ast.StructType)
	if !ok {
		return true
	}
	shown := s.Fields.List[:0]
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 || f.Names[0].IsExported() {
			shown = append(shown, f)
		}
	}
	s.Fields.List = shown
	return true
}
