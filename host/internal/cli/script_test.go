package cli_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

// TestMain lets the test program act as ocrmux when a script runs it under that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ocrmux": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(cli.FromOS().Run(ctx, os.Args[1:]))
	}})
}

const (
	appID     = "id-4711"
	appSecret = "hunter2"
)

// TestScripts runs the command line against a real plugin, jumdata as WASM, and a vendor on the loopback interface.
//
// Besides testscript's own commands there are:
//
//	vendor FILE      answers further calls with the file; its address is $VENDOR
//	stall            a vendor that never answers; its address is $VENDOR
//	interrupt        sends Ctrl-C to the command in the background once the vendor has its call
//	picture FILE W H draws a picture without any card
//	status N CMD…    runs a command that ends with this exit status
func TestScripts(t *testing.T) {
	shared := t.TempDir()
	plugins := filepath.Join(shared, "plugins")
	build := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
	if status := build.Run(t.Context(), []string{"plugin", "build", "--out", plugins, "../../../plugins/jumdata"}); status != cli.StatusOK {
		t.Fatalf("the plugin does not build: status %d", status)
	}
	if status := build.Run(t.Context(), []string{"plugin", "lock", "--yes", plugins}); status != cli.StatusOK {
		t.Fatalf("the plugin is not approved: status %d", status)
	}
	// Compile the module once, before all scripts need it at the same time.
	cache := cmp.Or(os.Getenv("OCRMUX_TEST_CACHE"), filepath.Join(shared, "cache"))
	warm := &cli.Program{Stdout: io.Discard, Stderr: t.Output(), Environ: []string{
		"OCRMUX_PROVIDERS__JUMDATA__SECRETS__APP_ID=env:X", "OCRMUX_PROVIDERS__JUMDATA__SECRETS__APP_SECRET=env:X", "X=x",
	}}
	if status := warm.Run(t.Context(), []string{"providers", "--plugins-dir", plugins, "--cache-dir", cache}); status != cli.StatusOK {
		t.Fatalf("the plugin does not load: status %d", status)
	}
	source, err := filepath.Abs("../../../plugins/jumdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Values[calledKey{}] = make(chan struct{}, 1)
			env.Setenv("PLUGINS", plugins)
			env.Setenv("SOURCE", source)
			env.Setenv("OCRMUX_PLUGINS__DIR", plugins)
			env.Setenv("OCRMUX_PLUGINS__CACHE_DIR", cache)
			env.Setenv("APP_ID", appID)
			env.Setenv("APP_SECRET", appSecret)
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY"} {
				if v, err := exec.Command("go", "env", name).Output(); err == nil {
					env.Setenv(name, strings.TrimSpace(string(v)))
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"vendor": vendor, "stall": stall, "picture": picture, "status": status, "interrupt": interrupt,
		},
	})
}

func vendor(ts *testscript.TestScript, _ bool, args []string) {
	answer := ts.ReadFile(args[0])
	serve(ts, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if problem := wrongCall(r); problem != "" {
			_, _ = fmt.Fprintf(w, `{"code": 400, "msg": %q}`, problem)
			return
		}
		_, _ = io.WriteString(w, answer)
	})
}

// wrongCall checks a call against the vendor's document.
func wrongCall(r *http.Request) string {
	if r.Method != http.MethodPost || r.URL.Path != "/ocr/idcard-v1" {
		return "no such interface"
	}
	if err := r.ParseMultipartForm(32 << 20); err != nil {
		return "no form"
	}
	timestamp := r.FormValue("timestamp")
	sign := sha256.Sum256([]byte(appID + appSecret + timestamp))
	if r.FormValue("appId") != appID || r.FormValue("sign") != hex.EncodeToString(sign[:]) {
		return "wrong sign"
	}
	if len(r.MultipartForm.File["file"]) != 1 && r.FormValue("url") == "" {
		return "no picture"
	}
	return ""
}

// stall accepts calls and does not answer.
func stall(ts *testscript.TestScript, _ bool, _ []string) {
	called := ts.Value(calledKey{}).(chan struct{})
	serve(ts, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice that the caller is gone
		called <- struct{}{}
		<-r.Context().Done()
	})
}

// calledKey is the key of the channel that receives a value for each stalled call.
type calledKey struct{}

func interrupt(ts *testscript.TestScript, _ bool, _ []string) {
	<-ts.Value(calledKey{}).(chan struct{})
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(os.Interrupt))
	}
}

func serve(ts *testscript.TestScript, handler http.HandlerFunc) {
	server := httptest.NewServer(handler)
	ts.Defer(server.Close)
	ts.Setenv("VENDOR", server.URL)
}

func picture(ts *testscript.TestScript, _ bool, args []string) {
	w, err := strconv.Atoi(args[1])
	ts.Check(err)
	h, err := strconv.Atoi(args[2])
	ts.Check(err)
	img := image.NewGray(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.SetGray(x, y, color.Gray{Y: uint8(x ^ y)})
		}
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(png.Encode(f, img), f.Close()))
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("%s ended with status %d, want %s", args[1], got, want)
	}
}
