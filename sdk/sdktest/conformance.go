package sdktest

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/sdk"
)

var update = flag.Bool("update", false, "write the requests and results of the golden exchanges into their files")

// Conformance builds the provider in dir as a WebAssembly module and, if it is written in Go, as a subprocess. It checks
// both builds against every case of the conformance kit, which docs/authoring.md lists. Golden exchanges and the table
// of failures are in dir/testdata. With -update it records the exchanges first. With -short it checks the module only.
func Conformance(t *testing.T, dir string) {
	t.Helper()
	for _, k := range kinds(t, dir) {
		t.Run(k.name, func(t *testing.T) { ConformanceFile(t, k.build(t, dir), dir) })
	}
}

// ConformanceFile checks a plugin that is already built, of any kind and in any language, against every case of the
// conformance kit. Golden exchanges and the table of failures are in dir/testdata.
func ConformanceFile(t *testing.T, file, dir string) {
	t.Helper()
	s := open(t, file, dir)
	for _, c := range conform.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			o, err := s.Check(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range o.Warnings {
				t.Logf("warning: %v", p)
			}
			for _, p := range o.Problems {
				t.Error(p)
			}
			switch {
			case o.More > 0:
				t.Errorf("and %d more", o.More)
			case o.Verdict == conform.NotApplicable:
				t.Skip(o.Reason)
			}
		})
	}
}

// Golden builds the provider in dir as [Conformance] does, and plays its golden exchanges only. Both builds must send
// the same bytes and give the same result.
func Golden(t *testing.T, dir string) {
	t.Helper()
	for _, k := range kinds(t, dir) {
		t.Run(k.name, func(t *testing.T) { golden(t, k.build(t, dir), dir) })
	}
}

func golden(t *testing.T, file, dir string) {
	t.Helper()
	s := open(t, file, dir)
	if len(s.Exchanges()) == 0 {
		t.Fatalf("no golden exchanges in %s", filepath.Join(dir, "testdata"))
	}
	for _, x := range s.Exchanges() {
		t.Run(x.Name, func(t *testing.T) {
			for _, problem := range x.Problems {
				t.Error(problem)
			}
		})
	}
}

// Listed checks that each code of a provider's table has a row in dir/testdata/failures.txtar.
func Listed(t *testing.T, dir string, table sdk.Table) {
	t.Helper()
	codes, err := conform.Codes(filepath.Join(dir, "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for code := range table {
		if !slices.Contains(codes, code) {
			t.Errorf("%s has no row for the code %s", conform.FailuresFile, code)
		}
	}
}

func open(t *testing.T, file, dir string) *conform.Subject {
	t.Helper()
	s, err := conform.Open(t.Context(), file, conform.Options{
		Exchanges: filepath.Join(dir, "testdata"), Update: *update, Cache: os.Getenv("OCRMUX_TEST_CACHE"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

type kind struct {
	name    string
	compile func(ctx context.Context, dir, out string) (string, error)
}

// kinds returns the kinds of plugin that the provider in a folder can be built as.
func kinds(t *testing.T, dir string) []kind {
	t.Helper()
	language, err := build.Detect(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := []kind{{"wasm", build.WASM}}
	if language == build.Go && !testing.Short() {
		out = append(out, kind{"process", build.Process})
	}
	return out
}

func (k kind) build(t *testing.T, dir string) string {
	t.Helper()
	file, err := k.compile(t.Context(), dir, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return file
}
