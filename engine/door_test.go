package engine_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// openPorter opens an engine with a front door that is kept by the test's porter. Cards are read by jumdata.
func openPorter(t *testing.T, fetchAllow ...string) (*bench, *scanner) {
	t.Helper()
	dir := t.TempDir()
	plugintest.WASM(t, filepath.Join("testdata", "porter"), dir)
	if err := os.WriteFile(filepath.Join(dir, "jumdata.wasm"), readFile(t, built.modules, "jumdata.wasm"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	client := func(id, code string) engine.Client {
		return engine.Client{Secrets: map[string]engine.Secret{"id": engine.NewSecret(id), "code": engine.NewSecret(code), "inner": engine.NewSecret(innerSecret)}}
	}
	return openJumdata(t, func(c *engine.Config) {
		c.Plugins, c.FetchAllow = dir, fetchAllow
		c.FrontDoors = map[string]engine.FrontDoor{"porter": {Clients: []engine.Client{client("first", tokenSecret), client("second", keySecret)}}}
	})
}

// visit sends a form to the door.
func visit(b *bench, act, code string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/door", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Act", act)
	r.Header.Set("X-Code", code)
	w := httptest.NewRecorder()
	b.Door("porter").ServeHTTP(w, r)
	return w
}

func TestDoorAnswersRegardlessOfWhatItsPluginDoes(t *testing.T) {
	t.Parallel()
	b, vendor := openPorter(t)
	good := url.Values{"picture": {base64.StdEncoding.EncodeToString(jpegOf(t, 60, 40))}}
	body := sha256.Sum256([]byte(good.Encode() + innerSecret))
	large := url.Values{"picture": {base64.StdEncoding.EncodeToString(jpegOf(t, 101, 40))}}
	const refused = "400 provider_error|"
	for _, tt := range []struct {
		act, code string
		form      url.Values
		want      string // the beginning of status and body
		asked     bool   // whether the card was read
	}{
		{"", keySecret, good, "200 样本人", true},
		{"prove over the body", hex.EncodeToString(body[:]), good, "200 样本人", true},
		{"", "wrong", good, "400 unauthenticated|", false},
		{"", "", good, "400 unauthenticated|", false},
		{"", keySecret, nil, "400 invalid_request|the request has no picture", false},
		{"", keySecret, url.Values{"picture": {"*"}}, "400 invalid_image|the picture is not valid base64", false},
		{"", keySecret, large, "400 invalid_image|", false},
		{"", keySecret, url.Values{"url": {"https://pictures.example/" + strings.Repeat("x", 60)}}, "400 invalid_image|the picture's address is longer than 60 bytes", false},
		{"", keySecret, url.Values{"url": {"http://127.0.0.1:9/card.jpg"}}, "400 invalid_image|the picture cannot be fetched", false},
		{"panic", keySecret, good, refused, false},
		{"say nothing", keySecret, good, refused + "the plugin neither admitted nor answered", false},
		{"answer with a secret at once", keySecret, good, "502 ", false},
		{"admit anybody", "", good, refused, false},
		{"ask for bytes that are not there", keySecret, good, refused + "there are no bytes under the handle 4711", false},
		{"ask for the body as the picture", keySecret, good, refused, false},
		{"ask for no kind of picture", keySecret, good, refused + "the plugin admitted a request with an empty picture", false},
		{"prove with a secret in plain", innerSecret, good, "400 unauthenticated|", false},
		{"panic on the way out", keySecret, good, "502 ", true},
		{"reply nothing", keySecret, good, "502 ", true},
		{"reply with the status 99", keySecret, good, "502 ", true},
		{"reply with a secret in plain", keySecret, good, "502 ", true},
		{"reply with the code", "wrong", good, "502 ", false},
		{"reply with bad headers", keySecret, good, "200 fine", true},
	} {
		t.Run(tt.act+" for "+tt.want, func(t *testing.T) {
			before := len(vendor.pictures)
			w := visit(b, tt.act, tt.code, tt.form)
			got := fmt.Sprint(w.Code, " ", w.Body)
			if !strings.HasPrefix(got, tt.want) || (len(vendor.pictures) > before) != tt.asked {
				t.Errorf("the vendor was asked: %v\ngot  %s\nwant %s", len(vendor.pictures) > before, got, tt.want)
			}
			if strings.Contains(fmt.Sprint(got, w.Header()), "S3CRET") || w.Header().Get("X-Evil") != "" {
				t.Errorf("the answer shows what it must not: %s %v", got, w.Header())
			}
		})
	}
	if w := visit(b, "", keySecret, good); w.Code != http.StatusOK {
		t.Errorf("after all that: %d %s", w.Code, w.Body)
	}
}

func TestDoorOfAClosedEngineIsUnavailable(t *testing.T) {
	t.Parallel()
	b, _ := openPorter(t)
	if err := b.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if w := visit(b, "", keySecret, nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if b.Door("jumdata") != nil {
		t.Error("a door that is not configured is there")
	}
}

func TestDoorFinishesRequestsWhileTheEngineCloses(t *testing.T) {
	t.Parallel()
	fetching, closing := make(chan struct{}), make(chan struct{})
	picture := jpegOf(t, 60, 40)
	images := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
		close(fetching)
		<-closing
		_, _ = w.Write(picture)
	}})
	b, _ := openPorter(t, strings.TrimPrefix(images, "http://"))
	answered := make(chan *httptest.ResponseRecorder, 1)
	go func() { answered <- visit(b, "", keySecret, url.Values{"url": {images}}) }()
	<-fetching
	closed := make(chan error, 1)
	go func() { closed <- b.Close(context.Background()) }()
	for visit(b, "", "wrong", nil).Code != http.StatusServiceUnavailable { // until the end has begun
	}
	close(closing)
	if w := <-answered; w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestDoorLogsTheCallIDsThatClientsGet(t *testing.T) {
	t.Parallel()
	b, _ := openPorter(t)
	visit(b, "", "wrong", nil)
	for _, want := range []string{`msg="front door" plugin=porter`, "outcome=unauthenticated status=400"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, b.log)
		}
	}
}
