package examples

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/testenv"
)

// step is a code block of the page, which has shell commands or the text of ocrmux.yaml, or the advice to stop the gateway, without a
// language.
type step struct{ language, text string }

var block = regexp.MustCompile("(?ms)^```(sh|yaml)\n(.*?)^```$|^(?:Stop the gateway with Ctrl-C|先按 Ctrl-C 停止网关)")

// reader follows a quickstart in a folder that looks like the repository after make build.
type reader struct {
	t       *testing.T
	dir     string
	environ []string
	server  *exec.Cmd
	address string // at which the server listens
	key     string
	hash    string
}

// TestQuickstart runs every command of the page, in both languages. A vendor on this machine replaces the real one.
func TestQuickstart(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program and two plugins")
	}
	testenv.Need(t, "bash", "curl")
	models, err := filepath.Abs("../bin/plugins/local.d")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(models); err != nil {
		testenv.Missing(t, "the models of the provider local; run make models")
	}
	for _, page := range []string{"quickstart.md", "zh/quickstart.md"} {
		t.Run(page, func(t *testing.T) { follow(t, filepath.Join("../docs", page), models) })
	}
}

// follow runs the commands of one page.
func follow(t *testing.T, path, models string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, dir: t.TempDir()}
	r.build(models)
	steps := block.FindAllStringSubmatch(string(page), -1)
	if len(steps) < 8 || !strings.Contains(steps[0][2], "make build") {
		t.Fatalf("the page has %d blocks and does not begin with make build", len(steps))
	}
	for _, m := range steps[1:] {
		r.follow(step{m[1], m[2]})
	}
	if r.key == "" || r.server == nil {
		t.Error("the page makes no key, or serves nothing")
	}
}

// build builds what the page needs of make build.
func (r *reader) build(models string) {
	r.t.Helper()
	vendor := httptest.NewServer(http.HandlerFunc(refuse))
	r.t.Cleanup(vendor.Close)
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		r.environ = append(r.environ, name+"="+filepath.Join(r.dir, "home"))
	}
	r.environ = append(r.environ, "PATH="+os.Getenv("PATH"), "OCRMUX_SERVER__LISTEN=127.0.0.1:0", "VENDOR="+vendor.URL)
	plugins := filepath.Join(r.dir, "bin", "plugins")
	program := filepath.Join(r.dir, "bin", "ocrmux")
	r.run("..", nil, "go", "build", "-o", program, "./host/cmd/ocrmux")
	r.run("..", nil, program, "plugin", "build", "--kind", "wasm", "-o", plugins, "plugins/jumdata")
	r.run("..", []string{"CGO_ENABLED=1"}, program, "plugin", "build", "--kind", "process", "-o", plugins, "plugins/local")
	if err := os.CopyFS(filepath.Join(plugins, "local.d"), os.DirFS(models)); err != nil {
		r.t.Fatal(err)
	}
	cards, err := filepath.Abs(".")
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.Symlink(cards, filepath.Join(r.dir, "examples")); err != nil {
		r.t.Fatal(err)
	}
	r.run("..", nil, program, "plugin", "lock", "--yes", plugins)
}

// refuse plays a vendor whose account has no balance: code 603 in its document.
func refuse(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"code": 603, "msg": "余额不足"}`)
}

func (r *reader) run(dir string, environ []string, name string, args ...string) {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environ...)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func (r *reader) follow(s step) {
	r.t.Helper()
	switch {
	case s.language == "":
		r.stop()
	case s.language == "yaml":
		r.write(s.text)
	case strings.HasPrefix(s.text, "bin/ocrmux serve"):
		r.serve(strings.TrimSpace(s.text))
	default:
		r.shell(s.text)
	}
}

var keyHash = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// write writes ocrmux.yaml, with the hash that was printed and the vendor of the test.
func (r *reader) write(text string) {
	r.t.Helper()
	if r.hash != "" {
		text = keyHash.ReplaceAllString(text, r.hash)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "ocrmux.yaml"), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// shell runs commands. Exported variables stay, as in a terminal. The key is the one that was printed.
func (r *reader) shell(text string) {
	r.t.Helper()
	if r.address != "" {
		text = strings.ReplaceAll(text, "http://127.0.0.1:8080", r.address)
	}
	text = strings.ReplaceAll(text, "KEY=ocrmux_…", "KEY="+r.key)
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "export "); ok {
			r.environ = append(r.environ, strings.Fields(rest)...)
			r.environ = append(r.environ, "OCRMUX_PROVIDERS__JUMDATA__CONFIG__ENDPOINT="+r.variable("VENDOR"))
		}
	}
	cmd := exec.CommandContext(r.t.Context(), "bash", "-euo", "pipefail", "-c", text)
	cmd.Dir, cmd.Env = r.dir, r.environ
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("%v of\n%s\n%s%s", err, text, &out, &errs)
	}
	if strings.Contains(text, "recognize") && !strings.Contains(out.String(), "360102193910054061") {
		r.t.Errorf("the card was not read by\n%s\n%s%s", text, &out, &errs)
	}
	if strings.HasPrefix(text, "bin/ocrmux key new") {
		r.key, _, _ = strings.Cut(out.String(), "\n")
		r.hash = keyHash.FindString(out.String())
	}
}

func (r *reader) variable(name string) string {
	for _, v := range r.environ {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// serve starts the server of a block.
func (r *reader) serve(command string) {
	r.t.Helper()
	if r.server != nil {
		r.t.Fatal("the page starts a second gateway without stopping the first")
	}
	args := strings.Fields(command)
	cmd := exec.CommandContext(r.t.Context(), filepath.Join(r.dir, args[0]), args[1:]...)
	cmd.Dir, cmd.Env = r.dir, r.environ
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.server = cmd
	r.t.Cleanup(r.stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", command, err, &errs)
	}
	if _, err := fmt.Sscanf(line, "listening on %s", &r.address); err != nil {
		r.t.Fatalf("%s says %q", command, line)
	}
}

func (r *reader) stop() {
	if r.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = r.server.Process.Kill() })
	defer stop()
	_ = r.server.Process.Signal(os.Interrupt)
	_ = r.server.Wait() // its exit status is not part of the page
	r.server = nil
}
