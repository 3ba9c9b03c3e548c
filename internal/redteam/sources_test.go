package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ways are calls and types that only the named files may use, since each has a guarded way that all others take.
var ways = []struct {
	names   []string
	instead string
	except  []string // files, and folders with a slash at their end
}{
	{
		[]string{"os.ReadFile", "os.Open", "tls.LoadX509KeyPair", "txtar.ParseFile", "ioutil.ReadFile"}, "internal/boundedread",
		[]string{
			"internal/boundedread/", "internal/apilist/", "internal/redteam/", "internal/plugintest/", "host/internal/distribution/registrytest/",
			"engine/abi/internal/", "engine/idcard/internal/", "sdk/sdktest/", // tools and test kits
			"host/internal/config/overlay_replace_unix.go", // a folder, to be synced
		},
	},
	{
		[]string{"http.Client", "http.Transport", "http.DefaultClient", "http.DefaultTransport", "http.Get", "http.Head", "http.Post", "http.PostForm", "retry.DefaultClient", "auth.DefaultClient"},
		"internal/egress", []string{"internal/egress/"},
	},
	{[]string{"log.Print", "log.Printf", "log.Println", "log.Default"}, "log/slog", nil},
}

// TestSourcesTakeTheGuardedWays looks at what the program is made of: neither tests, nor plugins, which are programs of their own.
//
//attack:supply-requests a request that does not go through the guard
//attack:supply-files a file that is read without limit
func TestSourcesTakeTheGuardedWays(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"engine", "host", "internal", "sdk"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(at string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(at, ".go") || strings.HasSuffix(at, "_test.go"):
				return nil
			}
			rel, err := filepath.Rel(root, at)
			if err != nil {
				return err
			}
			checkWays(t, at, filepath.ToSlash(rel))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkWays(t *testing.T, file, rel string) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if star, ok := n.(*ast.StarExpr); ok {
			_, named := star.X.(*ast.SelectorExpr)
			return !named // a pointer's type makes nothing
		}
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := s.X.(*ast.Ident)
		if !ok {
			return true
		}
		for _, w := range ways {
			allowed := slices.ContainsFunc(w.except, func(e string) bool { return rel == e || strings.HasSuffix(e, "/") && strings.HasPrefix(rel, e) })
			if !allowed && slices.Contains(w.names, pkg.Name+"."+s.Sel.Name) {
				t.Errorf("%s:%d uses %s.%s; use %s", rel, set.Position(s.Pos()).Line, pkg.Name, s.Sel.Name, w.instead)
			}
		}
		return true
	})
}
