package console_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

var update = flag.Bool("update", false, "write the screenshots in docs/screenshots again")

// root is the folder of the repository.
const root = "../../.."

// patience is how long the browser may take for one step: it is for machines that are busy, no test waits for it to pass.
const patience = time.Minute

// built are plugins, their compiled code, and where the models of the local provider are; made by TestMain, only read afterwards.
var built struct {
	plugins, cache, models string
	readable               []string // models, where there are any
	chromium               string   // empty where there is none
}

func TestMain(m *testing.M) {
	flag.Parse()
	source := func(name string) string { return filepath.Join(root, "plugins", name) }
	sources := plugintest.Sources{Modules: []string{source("duguang"), source("jumdata")}, Processes: []string{source("local")}}
	os.Exit(plugintest.Main(m, sources, func(b plugintest.Built) (err error) {
		built.plugins, built.cache = b.Modules, b.Cache
		if built.models, err = filepath.Abs(filepath.Join(root, "bin", "plugins", "local.d")); err != nil {
			return err
		}
		if _, err := os.Stat(built.models); err == nil {
			built.readable = []string{built.models}
		}
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if path, err := exec.LookPath(name); err == nil {
				built.chromium = path
				break
			}
		}
		return os.CopyFS(b.Modules, os.DirFS(b.Processes))
	}))
}

// gateway is a server with its console. The provider "local" reads on this machine; "jumdata" and "duguang" are vendors that answer what the test
// says, at a price of 0.05 each.
type gateway struct {
	url    string
	engine *engine.Engine
	server *server.Server
	vendor *vendor
	log    *leaktest.Sink
	stop   func() // ends it before the test does
}

// vendor answers every request of jumdata below /jumdata, of duguang below /duguang.
type vendor struct {
	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by the first segment of the path
}

func (v *vendor) on(name string, h http.HandlerFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answers[name] = h
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	v.mu.Lock()
	h := v.answers[name]
	v.mu.Unlock()
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h(w, r)
}

// says is a vendor's answer in JSON.
func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	}
}

// Cards as the vendors answer them, 样本.
const (
	frontOfJumdata = `{"code": 200, "msg": "成功", "taskNo": "41561", "charge": true, "data": {"result": 0, "side": "front", "rotate": "cw0",
		"info": {"name": "样本张三", "sex": "男", "nation": "汉", "year": "1990", "month": "3", "day": "7", "address": "北京市东城区样本胡同1号", "number": "11010119900307803X"},
		"validity": {"name": true, "sex": true, "birthday": true, "address": true, "number": true}}}`
	frontOfDuguang = `{"data": {"name": "样本张三", "nation": "汉", "gender": "男", "birthday": "1990年3月7日", "address": "北京市东城区样本胡同1号", "id": "11010119900307803X"},
		"angle": 0, "figure": [{"type": "face", "x": 416, "y": 114, "w": 155, "h": 156}], "sid": "sid-1"}`
)

// open serves a gateway until the test ends.
func open(t *testing.T, change func(*engine.Config, *server.Config)) *gateway {
	t.Helper()
	g := &gateway{vendor: &vendor{answers: map[string]http.HandlerFunc{"jumdata": says(frontOfJumdata), "duguang": says(frontOfDuguang)}}, log: new(leaktest.Sink)}
	vendors := httptest.NewServer(g.vendor)
	t.Cleanup(vendors.Close)
	modules, err := wasm.New(wasm.Config{CacheDir: built.cache, Instances: 2})
	if err != nil {
		t.Fatal(err)
	}
	price := money.Amount(money.Micro / 20)
	logger := slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := engine.Config{
		Plugins: built.plugins, Runtimes: []engine.Runtime{modules, process.New(process.Config{Logger: logger, Readable: built.readable})}, Logger: logger,
		Providers: map[string]engine.ProviderConfig{
			"local": {Config: map[string]any{"models": built.models}},
			"jumdata": {
				Config: map[string]any{"endpoint": vendors.URL + "/jumdata"}, Price: money.TariffConfig{PerCall: &price},
				Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("app"), "app_secret": engine.NewSecret("S3CRET-of-jumdata")},
			},
			"duguang": {
				Config: map[string]any{"endpoint": vendors.URL + "/duguang"}, Price: money.TariffConfig{PerCall: &price},
				Secrets: map[string]engine.Secret{"app_code": engine.NewSecret("S3CRET-of-duguang")},
			},
		},
		Routes: map[string]engine.Route{
			"default": {Providers: []string{"jumdata", "duguang", "local"}}, "here": {Providers: []string{"local"}}, "vendors": {Providers: []string{"jumdata", "duguang"}},
		},
	}
	served := server.Config{Logger: logger, Version: "v1.0.0"}
	if change != nil {
		change(&cfg, &served)
	}
	if g.engine, err = engine.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.engine.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if text := g.log.String(); strings.Contains(text, "S3CRET") || strings.Contains(text, "样本") || strings.Contains(text, "11010119900307803X") {
			t.Errorf("the log shows a secret or a card:\n%s", text)
		}
	})
	if g.server, err = server.New(g.engine, served); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.url = "http://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.server.Serve(ctx, l) }()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(g.stop)
	return g
}

// needsModels skips a test that reads pictures where the models have not been fetched.
func needsModels(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("reads cards with the provider local")
	}
	if _, err := os.Stat(built.models); err != nil {
		testenv.Missing(t, "the models of the provider local; run make models")
	}
}

// step is something done in the browser.
type step = chromedp.Action[chromedp.Void]

// tab is a window of a real browser.
type tab struct {
	context.Context
	t *testing.T
}

// view is what a window is like.
type view struct {
	language      string // "zh-CN" or "en"
	width, height int64
	dark, phone   bool
}

var (
	desktop = view{language: "zh-CN", width: 1280, height: 900}
	phone   = view{language: "zh-CN", width: 390, height: 844, phone: true}
)

// browse opens a window on a page. When the test ends, the browser's console must have said nothing but what the test accepts, such as
// the browser's own word about a status of 422.
func browse(t *testing.T, as view, url string, accept ...string) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	if built.chromium == "" {
		testenv.Missing(t, "install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(built.chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", as.language), chromedp.Flag("accept-lang", as.language), chromedp.WSURLReadTimeout(patience))
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(free)
	window, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	messages := chromedp.Console(window)
	ctx, end := context.WithTimeout(window, 4*patience)
	t.Cleanup(end)
	b := &tab{Context: ctx, t: t}
	t.Cleanup(func() {
		const last = "the test has ended"
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any]("console.log('"+last+"')")); err != nil {
			t.Error(err)
			return
		}
		for m, err := range messages {
			if err != nil {
				t.Error(err)
				return
			}
			if m.Text == last {
				return
			}
			if !slices.ContainsFunc(accept, func(a string) bool { return strings.Contains(m.Text, a) }) {
				t.Errorf("the browser's console says %s (%s)", m, m.URL)
			}
		}
	})
	scheme := "light"
	if as.dark {
		scheme = "dark"
	}
	var size []chromedp.EmulateViewportOption
	if as.phone {
		size = append(size, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2), chromedp.EmulatePortrait)
	}
	b.do(chromedp.EmulateViewport(as.width, as.height, size...), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	}), chromedp.Navigate(url), visible("main"))
	return b
}

// visible waits until an element can be seen.
func visible(css string) step { return chromedp.WaitVisible(chromedp.CSS(css)) }

// click clicks on an element.
func click(css string) step { return chromedp.Click(chromedp.CSS(css)) }

// keys presses keys where the focus is.
func keys(text string) step { return chromedp.KeyEvent(text) }

// do carries out steps in the browser.
func (b *tab) do(steps ...step) {
	b.t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		b.t.Fatalf("%v; the page is\n%s", err, b.html())
	}
}

// html is the page, for an error message.
func (b *tab) html() string {
	html, err := chromedp.Run(b, chromedp.Evaluate[string]("document.body.outerHTML"))
	if err != nil {
		return err.Error()
	}
	return html
}

// text is what an element says.
func (b *tab) text(css string) string {
	b.t.Helper()
	text, err := chromedp.Run(b, chromedp.Text(chromedp.CSS(css)))
	if err != nil {
		b.t.Fatalf("%v; the page is\n%s", err, b.html())
	}
	return strings.TrimSpace(text)
}

// eval is the value of an expression in the page, which may be a promise.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// tabTo presses the Tab key until the focus is on an element.
func (b *tab) tabTo(css string) {
	b.t.Helper()
	for range 80 { // more stops than any page has
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", css)) {
			return
		}
		b.do(keys(kb.Tab))
	}
	b.t.Fatalf("the Tab key never comes to %s; the page is\n%s", css, b.html())
}

// screenshot writes a picture of the whole page to docs/screenshots with -update; without, it looks that there is one.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	file := filepath.Join(root, "docs", "screenshots", name+".png")
	if !*update {
		if _, err := os.Stat(file); err != nil {
			b.t.Errorf("%v; write it with go test ./host/console -update", err)
		}
		return
	}
	png, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	if err == nil {
		png, err = shrunk(png)
	}
	if err := errors.Join(err, os.MkdirAll(filepath.Dir(file), 0o755)); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
