package engine_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/ocrmux/ocrmux/engine"
)

const module = "github.com/ocrmux/ocrmux/"

// public are the packages that docs/architecture.md promises.
func public() []string {
	names := []string{
		"engine", "engine/abi", "engine/wasm", "engine/process", "engine/declarative", "engine/store", "engine/store/jetstream", "engine/idcard",
		"engine/enginetest", "sdk", "sdk/sdktest", "host",
	}
	for i, name := range names {
		names[i] = module + name
	}
	return names
}

// sealed are internal types that the public packages use and nobody outside has to name: what the engine and its runtimes say to
// each other. Package sdk has a test of its own for what authors name.
var sealed = map[string]bool{"catalog.Host": true, "catalog.Module": true, "catalog.Plugin": true, "catalog.Status": true, "adapter.Leaves": true}

// TestPublicTypesHavePublicNames finds a type of an internal package that an embedder meets in the exported API and cannot
// write.
func TestPublicTypesHavePublicNames(t *testing.T) {
	t.Parallel()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypesInfo,
	}, public()...)
	if err != nil {
		t.Fatal(err)
	}
	named, api := map[*types.TypeName]bool{}, &exported{via: map[*types.TypeName]string{}, seen: map[types.Type]bool{}}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			t.Fatal(p.Errors)
		}
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			o := scope.Lookup(name)
			if tn, ok := o.(*types.TypeName); ok && tn.IsAlias() && o.Exported() {
				if target, ok := types.Unalias(tn.Type()).(*types.Named); ok {
					named[target.Obj()] = true
				}
			}
			if o.Exported() {
				api.walk(o.Type(), p.Name+"."+name)
			}
		}
	}
	if len(api.via) == 0 {
		t.Fatal("the walk finds no internal type, not even Runtime")
	}
	for o, via := range api.via {
		if name := o.Pkg().Name() + "." + o.Name(); !named[o] && !sealed[name] {
			t.Errorf("%s is reached through %s and has no public name: add an alias to package engine", name, via)
		}
	}
}

// exported walks what a user of exported declarations meets, and notes the internal types on the way.
type exported struct {
	via  map[*types.TypeName]string
	seen map[types.Type]bool
}

func (x *exported) walk(t types.Type, via string) {
	if t == nil || x.seen[t] {
		return
	}
	x.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		x.walk(types.Unalias(t), via)
	case *types.Named:
		o := t.Obj()
		if o.Pkg() == nil || !strings.HasPrefix(o.Pkg().Path(), module) {
			return
		}
		if strings.Contains(o.Pkg().Path(), "/internal/") {
			x.via[o] = via
		}
		for m := range t.Methods() {
			if m.Exported() {
				x.walk(m.Type(), via+"."+m.Name())
			}
		}
		x.walk(t.Underlying(), via)
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels, maps
		if m, ok := t.(*types.Map); ok {
			x.walk(m.Key(), via)
		}
		x.walk(t.Elem(), via)
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				x.walk(f.Type(), via+"."+f.Name())
			}
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			x.walk(v.Type(), via)
		}
		for v := range t.Results().Variables() {
			x.walk(v.Type(), via)
		}
	case *types.Interface:
		for m := range t.Methods() {
			if m.Exported() {
				x.walk(m.Type(), via+"."+m.Name())
			}
		}
	}
}

// TestPublicTypesDocumentTheirFields holds the comment of each alias of an internal struct to the struct: a documentation site shows no fields
// of such a type.
func TestPublicTypesDocumentTheirFields(t *testing.T) {
	t.Parallel()
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps}, module+"engine")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range loaded[0].Syntax {
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gen.Specs {
				alias, ok := spec.(*ast.TypeSpec)
				if !ok || !alias.Assign.IsValid() || !alias.Name.IsExported() {
					continue
				}
				fields, ok := loaded[0].TypesInfo.Defs[alias.Name].Type().Underlying().(*types.Struct)
				if !ok {
					continue
				}
				comment := gen.Doc.Text()
				for f := range fields.Fields() {
					if f.Exported() && !strings.Contains(comment, f.Name()) {
						t.Errorf("the comment of %s does not say its field %s", alias.Name.Name, f.Name())
					}
				}
				checked++
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d types checked", checked)
	}
}

// TestPublicConstantsHaveTypesAndComments finds a constant whose type has no public name, or of which the documentation says nothing.
func TestPublicConstantsHaveTypesAndComments(t *testing.T) {
	t.Parallel()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
	}, public()...)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, p := range loaded {
		for _, file := range p.Syntax {
			for _, decl := range file.Decls {
				gen, ok := decl.(*ast.GenDecl)
				if !ok || gen.Tok != token.CONST {
					continue
				}
				for _, spec := range gen.Specs {
					value := spec.(*ast.ValueSpec)
					said := value.Doc.Text() + value.Comment.Text()
					if !gen.Lparen.IsValid() {
						said += gen.Doc.Text()
					}
					for _, name := range value.Names {
						if !name.IsExported() {
							continue
						}
						checked++
						named, isNamed := types.Unalias(p.TypesInfo.Defs[name].Type()).(*types.Named)
						if isNamed && value.Type == nil && strings.Contains(named.Obj().Pkg().Path(), "/internal/") {
							t.Errorf("%s.%s has the type %s of an internal package: give it the public name of that type", p.Name, name.Name, named)
						}
						if p.Name == "engine" && said == "" {
							t.Errorf("%s.%s has no comment", p.Name, name.Name)
						}
					}
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d constants checked", checked)
	}
}

func TestMessageCodesAreSortedAndHaveTexts(t *testing.T) {
	t.Parallel()
	codes := engine.MessageCodes()
	if len(codes) < 200 || !slices.IsSorted(codes) || !slices.Contains(codes, "route.first") {
		t.Errorf("there are %d codes", len(codes))
	}
	if got := engine.TextMessage("some text"); got.String() != "some text" {
		t.Errorf("got %q", got)
	}
	if got := engine.TextMessage(""); !got.IsZero() {
		t.Errorf("an empty text is the message %q", got.Code())
	}
}
