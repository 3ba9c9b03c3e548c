package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

func TestWhatIsNoDoorIsNotFound(t *testing.T) {
	b := open(t, nil)
	for _, tt := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/healthz", 200, ""},
		{"GET", "/readyz", 200, ""},
		{"GET", "/", 200, ""}, // the console
		{"GET", "/nothing", 404, ""},
		{"POST", "/ocr/idcard-v2", 404, ""},
		{"POST", "/ocr/idcard-v1/", 404, ""},
		{"GET", "/ocr/idcard-v1", 405, "POST"},
		{"PUT", "/ocrservice/idcard", 405, "POST"},
		{"DELETE", "/pyi/76/194", 405, "GET, HEAD, POST"},
		{"HEAD", "/pyi/76/194", 405, ""},
		{"POST", "/healthz", 405, "GET, HEAD"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, b.url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a := b.ask(t, r); a.status != tt.status || a.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d, allowed are %q; want %d, %q", tt.method, tt.path, a.status, a.header.Get("Allow"), tt.status, tt.allow)
		}
	}
}

func TestAPictureIsFetchedWhereTheOperatorAllowsIt(t *testing.T) {
	picture := card(t)
	fetched := 0
	images := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fetched++; _, _ = w.Write(picture) }))
	defer images.Close()
	url := images.URL + "/card.jpg"
	requests := func(b *bench) map[string]*http.Request {
		return map[string]*http.Request{
			"duguang": duguangRequest(t, b, byCode(appCode), map[string]any{"url": url}),
			"showapi": showapiRequest(t, b, byCode(appCode), params{"imgUrl": url}),
			"wapi":    wapiPost(t, b, wapiSigned(appSecret, params{"url_image": url})),
			"jumdata": jumdataRequest(t, b, jumdataSigned(appSecret, params{"url": url}), nil),
		}
	}
	strict := open(t, nil)
	for vendor, r := range requests(strict) {
		if a := strict.ask(t, r); strings.Contains(a.body, "11010119900307803X") || fetched != 0 || strings.Contains(a.body, images.URL) {
			t.Errorf("%s, not allowed, fetched %d times: %s", vendor, fetched, a.text())
		}
	}
	b := open(t, func(c *engine.Config) { c.FetchAllow = []string{strings.TrimPrefix(images.URL, "http://")} })
	wrong := jumdataRequest(t, b, jumdataSigned("wrong", params{"url": url}), nil)
	if a := b.ask(t, wrong); fetched != 0 {
		t.Errorf("fetched for somebody who is nobody: %s", a.text())
	}
	for vendor, r := range requests(b) {
		if a := b.ask(t, r); !strings.Contains(a.body, "11010119900307803X") {
			t.Errorf("%s, allowed: %s", vendor, a.text())
		}
	}
	if fetched != len(vendors()) {
		t.Errorf("fetched %d times", fetched)
	}
}

// dial opens a connection to the server and writes to it.
func (b *bench) dial(t *testing.T, text string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

const jumdataHead = "POST /ocr/idcard-v1 HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"

func TestABodyThatIsTooLargeIsRefusedBeforeItIsRead(t *testing.T) {
	b := open(t, func(c *engine.Config) { c.Limits.Picture.MaxBytes = 1 << 20 })
	// Nothing of the body is ever sent: whoever waits for it does not answer.
	c := b.dial(t, jumdataHead+"Expect: 100-continue\r\nContent-Length: 2097153\r\n\r\n")
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 || !r.Close || !strings.Contains(string(body), `"code":400`) {
		t.Errorf("%v: %d, the connection ends: %v, %s", err, r.StatusCode, r.Close, body)
	}
}

func TestABodyThatDoesNotSayItsLengthIsCutOff(t *testing.T) {
	b := open(t, func(c *engine.Config) { c.Limits.Picture.MaxBytes = 1 << 10 })
	r := jumdataRequest(t, b, jumdataSigned(appSecret, nil), card(t))
	r.ContentLength = -1
	a, err := b.try(r) // the client may notice the end while it is still sending
	if err == nil && !strings.Contains(a.body, `"code":400`) {
		t.Errorf("answer %s", a.text())
	}
	if b.vendor.asked.Load() != 0 {
		t.Error("the vendor was asked")
	}
}

func TestASlowClientIsNotWaitedForForEver(t *testing.T) {
	b := prepare(t, nil)
	b.server.SetTimeouts(200*time.Millisecond, 400*time.Millisecond)
	b.serve(t)
	for name, tt := range map[string]struct{ sent, want string }{
		"with its header":  {jumdataHead, ""},
		"with its body":    {jumdataHead + "Content-Length: 1000\r\n\r\n--b\r\n", `"code":400`},
		"with its picture": {"POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nx", "408 Request Timeout"},
	} {
		c := b.dial(t, tt.sent)
		answer, err := io.ReadAll(c) // returns because the server ends the connection
		if err != nil || !strings.Contains(string(answer), tt.want) || strings.Contains(string(answer), "100 Continue") {
			t.Errorf("%s: %v, %q", name, err, answer)
		}
	}
}

func TestARequestThatIsBeingServedIsFinished(t *testing.T) {
	b := open(t, nil)
	asked, stopping := make(chan struct{}), make(chan struct{})
	hold := func(*http.Request) { close(asked); <-stopping }
	b.vendor.hold.Store(&hold)
	answered := make(chan answer, 1)
	request := jumdataRequest(t, b, jumdataSigned(appSecret, nil), card(t))
	go func() {
		a, err := b.try(request)
		if err != nil {
			t.Error(err)
		}
		answered <- a
	}()
	<-asked
	stopped := make(chan error, 1)
	go func() { stopped <- b.stop() }()
	for b.listening(t) { // the listener is closed before requests are waited for
	}
	select {
	case err := <-stopped:
		t.Fatalf("the server ended with a request under way: %v", err)
	default:
	}
	close(stopping)
	if a := <-answered; !strings.Contains(a.body, "11010119900307803X") {
		t.Errorf("answer %s", a.text())
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// listening reports whether the server still takes connections.
func (b *bench) listening(t *testing.T) bool {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

func TestAClosedEngineServesNobody(t *testing.T) {
	b := open(t, nil)
	if err := b.engine.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if a := b.ask(t, jumdataRequest(t, b, jumdataSigned(appSecret, nil), card(t))); a.status != http.StatusServiceUnavailable {
		t.Errorf("answer %s", a.text())
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a := b.ask(t, r); a.status != want {
			t.Errorf("%s: %s, want %d", path, a.text(), want)
		}
	}
}

// disguised puts a module into the folder under another name: the code is given, the manifest is jumdata's.
func disguised(t *testing.T, dir, name string, code []byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "plugins", "jumdata", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), `"jumdata"`, `"`+name+`"`, 1))
	module, err := manifest.Embed(code, text)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".wasm"), module, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func jumdataModule(t *testing.T) []byte {
	t.Helper()
	module, err := os.ReadFile(filepath.Join(built.plugins, "jumdata.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return module
}

func TestADoorWhosePluginDoesNotLoadSaysSo(t *testing.T) {
	dir := t.TempDir()
	disguised(t, dir, "jumdata", []byte("\x00asm\x01\x00\x00\x00")) // exports nothing
	b := open(t, func(c *engine.Config) {
		c.Plugins, c.Unlocked, c.Routes, c.Providers = dir, true, nil, nil
		c.FrontDoors = map[string]engine.FrontDoor{"jumdata": doors()["jumdata"]}
	})
	if a := b.ask(t, jumdataRequest(t, b, jumdataSigned(appSecret, nil), card(t))); a.status != http.StatusServiceUnavailable || strings.Contains(a.body, dir) {
		t.Errorf("answer %s", a.text())
	}
}

func TestDoorsThatCannotBeServedAreRefused(t *testing.T) {
	dir := t.TempDir()
	disguised(t, dir, "jumdata", jumdataModule(t))
	disguised(t, dir, "twin", jumdataModule(t))
	client := doors()["jumdata"]
	b := prepare(t, nil, "jumdata")
	if _, err := server.New(b.engine, server.Config{Doors: []string{"nobody"}}); err == nil || err.Error() != `the plugin "nobody" has no open front door` {
		t.Errorf("a door of no plugin: %v", err)
	}
	_, err := engine.Open(t.Context(), engine.Config{
		Plugins: dir, Unlocked: true, FrontDoors: map[string]engine.FrontDoor{"jumdata": client, "twin": client},
	})
	const want = "front door twin: answers at POST /ocr/idcard-v1 as the front door jumdata does; want one of the two"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("two at one path: %v", err)
	}
}

func TestADoorIsHeldToItsConfiguration(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		door       engine.FrontDoor
	}{
		{"no client", "front door jumdata: /clients: nobody may call; want at least one client", engine.FrontDoor{}},
		{"half a client", "front door jumdata: /clients/1: secrets are missing; want app_id and app_secret", engine.FrontDoor{Clients: clients(texts("app_id", appID, "app_secret", appSecret), texts("app_id", appID))}},
		{"an unknown route", `front door jumdata: /route: there is no route "x"; want one of "default", "portrait"`, engine.FrontDoor{Route: "x", Clients: doors()["jumdata"].Clients}},
		{"a wrong setting", "front door jumdata: /config", engine.FrontDoor{Config: map[string]any{"max_skew_seconds": -1}, Clients: doors()["jumdata"].Clients}},
	} {
		cfg := engine.Config{
			Plugins: built.plugins, FrontDoors: map[string]engine.FrontDoor{"jumdata": tt.door},
			Routes: map[string]engine.Route{"default": {Providers: []string{"one"}}, "portrait": {Providers: []string{"one"}}},
			Providers: map[string]engine.ProviderConfig{
				"one": {Plugin: "jumdata", Secrets: texts("app_id", providerID, "app_secret", providerCode)},
			},
		}
		_, err := engine.Open(t.Context(), cfg)
		var wrong *engine.ConfigError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "S3CRET") {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.want)
		}
	}
}
