package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "example.com/m"

// check compiles one file to a package. It may import the standard library and the packages in from.
func check(t *testing.T, path, source string, from ...*types.Package) *types.Package {
	t.Helper()
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, path+".go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	cfg := types.Config{Importer: imports{importer.Default(), from}}
	pkg, err := cfg.Check(path, files, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

type imports struct {
	types.Importer
	own []*types.Package
}

func (i imports) Import(path string) (*types.Package, error) {
	for _, p := range i.own {
		if p.Path() == path {
			return p, nil
		}
	}
	return i.Importer.Import(path)
}

func TestListHasALineForEachExportedDeclaration(t *testing.T) {
	pkg := check(t, module+"/a", `package a
const Limit = 3
const Mode Kind = "x"
const hidden = 1
var ErrGone error
type Kind string
func (k *Kind) Set(text string) {}
func (k Kind) String() string { return "" }
func (k Kind) hidden() {}
func Open(path string, more ...int) (k *Kind, err error) { return nil, nil }
type Base struct{ ID int }
func (Base) Close() error { return nil }
type Config struct {
	Base
	Name string `+"`json:\"name\"`"+`
	hidden int
}
type Runtime interface { Kind() Kind; Load(name string) error }
type Closed interface { Side() int; sealed() }
type Number interface { ~int | ~string }
type List[T any] struct{ Items []T }
func Map[K comparable, V any](m map[K]V) []V { return nil }
type Done = func(ok bool)
`)
	want := `const Limit untyped int = 3
const Mode Kind = "x"
func Map[K comparable, V any](map[K]V) []V
func Open(string, ...int) (*Kind, error)
method (*Kind) Set(string)
method (Base) Close() error
method (Config) Close() error
method (Kind) String() string
type Base struct
type Base struct, ID int
type Closed interface { unexported methods }
type Closed interface, Side() int
type Config struct
type Config struct, Name string ` + "`json:\"name\"`" + `
type Config struct, embedded Base Base
type Done = func(ok bool)
type Kind string
type List[T any] struct
type List[T any] struct, Items []T
type Number interface { ~int | ~string }
type Runtime interface { Kind, Load }
type Runtime interface, Kind() Kind
type Runtime interface, Load(string) error
var ErrGone error`
	if diff := cmp.Diff(strings.Split(want, "\n"), list(pkg, module)); diff != "" {
		t.Error(diff)
	}
}

func TestListFollowsTypesOfInternalPackagesOnly(t *testing.T) {
	inner := check(t, module+"/internal/b", `package b
type Amount struct{ N int; Next *Rest }
type Rest []string
type Unused int
`)
	other := check(t, module+"/c", "package c\ntype Public struct{ N int }\n")
	pkg := check(t, module+"/a", `package a
import ("example.com/m/internal/b"; "example.com/m/c"; "time")
type Price = b.Amount
var When map[time.Time]c.Public
`, inner, other)
	want := `type Price = internal/b.Amount
type internal/b.Amount struct
type internal/b.Amount struct, N int
type internal/b.Amount struct, Next *internal/b.Rest
type internal/b.Rest []string
var When map[time.Time]c.Public`
	if diff := cmp.Diff(strings.Split(want, "\n"), list(pkg, module)); diff != "" {
		t.Error(diff)
	}
}

func TestCompareTellsRemovedLinesFromAddedOnes(t *testing.T) {
	got := compare(
		map[string][]string{"a": {"func Old()", "func Same()"}, "gone": {"var X int"}},
		map[string][]string{"a": {"func Same()", "func New()"}, "b": {"var Y int"}})
	want := changes{removed: []string{"a: func Old()", "gone: var X int"}, added: []string{"a: func New()", "b: var Y int"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(changes{})); diff != "" {
		t.Error(diff)
	}
}

func TestListingsAreReadAsTheyWereWritten(t *testing.T) {
	dir := t.TempDir()
	want := map[string][]string{"engine": {"func A()", "func B()"}, "engine/store/jetstream": {"var X int"}}
	if err := write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := read(dir)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
