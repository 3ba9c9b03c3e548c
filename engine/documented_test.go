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

// Programs and plugins are written against these packages, by people who read "go doc".
func TestExportedNamesHaveDocComments(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{"engine": ".", "engine/idcard": "idcard", "engine/store": "store", "engine/wasm": "wasm", "engine/process": "process", "engine/declarative": "declarative", "sdk": "../sdk", "sdk/sdktest": "../sdk/sdktest"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := token.NewFileSet()
			p, err := doc.NewFromFiles(files, parseFiles(t, files, dir), dir)
			if err != nil {
				t.Fatal(err)
			}
			undocumented := func(what string) { t.Errorf("%s.%s has no doc comment", name, what) }
			if p.Doc == "" {
				undocumented("package")
			}
			funcs, values := p.Funcs, append(p.Consts, p.Vars...)
			documented := map[string]bool{}
			for _, typ := range p.Types {
				documented[typ.Name] = true // or the test fails here
				if typ.Doc == "" && !documentedSpec(typ.Decl, typ.Name) {
					undocumented(typ.Name)
				}
				funcs, values = append(append(funcs, typ.Funcs...), typ.Methods...), append(append(values, typ.Consts...), typ.Vars...)
			}
			for _, f := range funcs {
				if f.Doc == "" && !wellKnown(f.Name) {
					undocumented(strings.TrimPrefix(f.Recv+"."+f.Name, "."))
				}
			}
			for _, v := range values {
				for i, spec := range v.Decl.Specs {
					// The comment of an enumeration's type, or of its first value, speaks for the values that say nothing.
					if s := spec.(*ast.ValueSpec); i == 0 && v.Doc == "" && s.Doc == nil && s.Comment == nil && !documented[typeOf(s)] {
						undocumented(s.Names[0].Name)
					}
				}
			}
		})
	}
}

// typeOf returns the name of the type that a declaration of values writes, if there is one.
func typeOf(s *ast.ValueSpec) string {
	if t, ok := s.Type.(*ast.Ident); ok {
		return t.Name
	}
	return ""
}

// documentedSpec reports whether a type has a comment within a group of types, or the group has one.
func documentedSpec(decl *ast.GenDecl, name string) bool {
	for _, spec := range decl.Specs {
		if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == name {
			return s.Doc != nil || s.Comment != nil || decl.Doc != nil
		}
	}
	return false
}

// wellKnown reports whether a method's name says all: those of error and of encoders.
func wellKnown(method string) bool {
	switch method {
	case "Error", "Unwrap", "Is", "String", "MarshalText", "UnmarshalText", "MarshalJSON", "UnmarshalJSON", "LogValue", "Format", "GoString":
		return true
	}
	return false
}

// parseFiles parses the files of a package without its tests.
func parseFiles(t *testing.T, set *token.FileSet, dir string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
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
