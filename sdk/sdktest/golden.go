package sdktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/sdk/build"
)

var update = flag.Bool("update", false, "write what the provider sent and what came of it into the golden exchanges")

// Golden builds the provider in dir as a WASM module and as a subprocess and runs every exchange dir/testdata/*.txtar
// through both. Both must send the same bytes and give the same result.
func Golden(t *testing.T, dir string) {
	t.Helper()
	paths := exchanges(t, dir)
	_, d, err := build.Manifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]func(context.Context, string, string) (string, error){"wasm": build.WASM, "process": build.Process}
	for kind, compile := range kinds {
		t.Run(kind, func(t *testing.T) {
			plugins := t.TempDir()
			if _, err := compile(t.Context(), dir, plugins); err != nil {
				t.Fatal(err)
			}
			for _, path := range paths {
				x := readExchange(t, path)
				t.Run(x.name(), func(t *testing.T) { run(t, x, d.Name, plugins, *update) })
			}
		})
	}
}

// run makes one call and compares everything that came of it with the golden file, or writes it there.
func run(t *testing.T, x *exchange, plugin, plugins string, write bool) {
	v := &vendor{exchange: x}
	server := httptest.NewServer(v)
	defer server.Close()
	wasmRuntime, err := wasm.New(wasm.Config{CacheDir: filepath.Join(plugins, ".cache"), Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Open(t.Context(), engine.Config{
		Plugins:   plugins,
		Unlocked:  true,
		Runtimes:  []engine.Runtime{wasmRuntime, process.New(process.Config{})},
		Providers: map[string]engine.ProviderConfig{x.name(): x.provider(plugin, server.URL)},
		Now:       func() time.Time { return x.call.Now },
		Random:    new(counter),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	request, err := x.request()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	got["result.json"] = outcome(t, e, request)
	for i, r := range v.requests {
		got[numbered("request", i+1)] = r
	}
	for _, f := range x.archive.Files {
		if strings.HasPrefix(f.Name, "request") && got[f.Name] == "" {
			got[f.Name] = "(was not sent)\n"
		}
	}
	if write {
		for name, text := range got {
			x.setSection(name, text)
		}
		if err := x.save(); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, text := range got {
		if diff := cmp.Diff(x.section(name), text); diff != "" {
			t.Errorf("%s (-golden +got):\n%s", name, diff)
		}
	}
}

// outcome is the recognition or the failure as JSON, without what differs from run to run.
func outcome(t *testing.T, e *engine.Engine, r engine.Request) string {
	t.Helper()
	recognition, err := e.Recognize(t.Context(), r)
	var out any = recognition
	if failure := (*engine.Error)(nil); errors.As(err, &failure) {
		stable(failure.Attempts)
		out = failure
	} else {
		stable(recognition.Attempts)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func stable(attempts []engine.Attempt) {
	for i := range attempts {
		attempts[i].Started = time.Time{}
	}
}

// counter is a source of nonces that are the same in every run.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}
