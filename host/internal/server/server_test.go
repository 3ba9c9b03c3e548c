package server_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
)

func TestServerAnswersUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
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

//attack:caller-addresses a picture at an address inside the network
func TestFrontDoorsFetchPicturesIfAllowed(t *testing.T) {
	t.Parallel()
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
		t.Errorf("fetched for an unknown client: %s", a.text())
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

//attack:caller-bounds a body that says it is too large
func TestServerRefusesALargeBodyUnread(t *testing.T) {
	t.Parallel()
	b := open(t, func(c *engine.Config) { c.Limits.Picture.MaxBytes = 1 << 20 })
	// The body is never sent, so a server that waits for it would not answer.
	c := b.dial(t, jumdataHead+"Expect: 100-continue\r\nContent-Length: 2097153\r\n\r\n")
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 || !r.Close || !strings.Contains(string(body), `"code":400`) {
		t.Errorf("%v: %d, the connection ends: %v, %s", err, r.StatusCode, r.Close, body)
	}
}

//attack:caller-bounds a body without end
func TestServerCutsOffABodyOfUnknownLength(t *testing.T) {
	t.Parallel()
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

//attack:caller-bounds sending a request a byte at a time
func TestServerDoesNotWaitForSlowClients(t *testing.T) {
	b := prepare(t, nil)
	b.server.SetTimeouts(200*time.Millisecond, 400*time.Millisecond)
	b.serve(t)
	for name, tt := range map[string]struct{ sent, want string }{
		"with its header":  {jumdataHead, ""},
		"with its body":    {jumdataHead + "Content-Length: 1000\r\n\r\n--b\r\n", `"code":400`},
		"with its picture": {"POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nx", "408 Request Timeout"},
	} {
		c := b.dial(t, tt.sent)
		answer, err := io.ReadAll(c) // returns when the server ends the connection
		if err != nil || !strings.Contains(string(answer), tt.want) || strings.Contains(string(answer), "100 Continue") {
			t.Errorf("%s: %v, %q", name, err, answer)
		}
	}
}

func TestServerFinishesRunningRequests(t *testing.T) {
	t.Parallel()
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
	for b.listening(t) { // the server closes the listener before it waits for requests
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

// listening reports whether the server still accepts connections.
func (b *bench) listening(t *testing.T) bool {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

func TestServerRefusesAfterTheEngineIsClosed(t *testing.T) {
	t.Parallel()
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
