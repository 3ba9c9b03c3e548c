package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// built has the folders of the vendors' modules and of their compiled code.
var built struct{ plugins, cache string } // set by TestMain, only read afterwards

func TestMain(m *testing.M) {
	var sources []string
	for _, name := range vendors() {
		sources = append(sources, filepath.Join("..", "..", "..", "plugins", name))
	}
	os.Exit(plugintest.Main(m, plugintest.Sources{Modules: sources}, func(b plugintest.Built) error {
		built.plugins, built.cache = b.Modules, b.Cache
		return nil
	}))
}

func vendors() []string { return []string{"duguang", "jumdata", "showapi", "wapi"} }

// Credentials of the front doors' clients. Texts that begin with S3CRET must not be in any answer or log.
const (
	appID, appSecret         = "demo-app", "S3CRET-of-the-demo-app"
	appCode                  = "S3CRET-appcode"
	otherAppID, otherSecret  = "other-app", "S3CRET-of-the-other-app"
	providerID, providerCode = "provider-app", "S3CRET-of-the-provider"
)

func texts(pairs ...string) map[string]engine.Secret {
	out := map[string]engine.Secret{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = engine.NewSecret(pairs[i+1])
	}
	return out
}

// clients returns clients with these secrets and without a tenant.
func clients(secrets ...map[string]engine.Secret) []engine.Client {
	out := make([]engine.Client, len(secrets))
	for i, s := range secrets {
		out[i].Secrets = s
	}
	return out
}

// doors returns the front doors of all vendors. Those with Alibaba's gateway have a client for each way of authentication.
func doors() map[string]engine.FrontDoor {
	signing := clients(texts("app_id", appID, "app_secret", appSecret), texts("app_id", otherAppID, "app_secret", otherSecret))
	gateway := clients(texts("app_code", appCode), texts("app_key", appID, "app_secret", appSecret), texts("app_key", otherAppID, "app_secret", otherSecret))
	return map[string]engine.FrontDoor{
		"duguang": {Route: "portrait", Clients: gateway}, "showapi": {Clients: gateway}, "jumdata": {Clients: signing}, "wapi": {Clients: signing},
	}
}

// Answers of the two scripted vendors behind the front doors: jumdata, and duguang on the route portrait.
const (
	frontOfJumdata = `{"code": 200, "msg": "成功", "taskNo": "41561", "charge": true, "data": {"result": 0, "side": "front", "rotate": "cw90",
		"info": {"name": "样本张三", "sex": "男", "nation": "汉", "year": "1990", "month": "3", "day": "7", "address": "北京市东城区样本胡同1号", "number": "11010119900307803X"},
		"validity": {"name": true, "sex": true, "birthday": true, "address": true, "number": true}}}`
	backOfJumdata = `{"code": 200, "msg": "成功", "taskNo": "41562", "charge": true, "data": {"result": 0, "side": "back",
		"info": {"authority": "北京市公安局东城分局", "timelimit": "20190806-长期"}, "validity": {"authority": true, "timelimit": true}}}`
	frontOfDuguang = `{"data": {"name": "样本张三", "nation": "汉", "gender": "男", "birthday": "1990年3月7日", "address": "北京市东城区样本胡同1号", "id": "11010119900307803X"},
		"angle": 90, "figure": [{"type": "face", "x": 416, "y": 114, "w": 155, "h": 156}], "sid": "sid-1"}`
)

// scripted is a vendor behind the front doors.
type scripted struct {
	asked  atomic.Int32
	answer atomic.Pointer[string]                // instead of the card's front
	hold   atomic.Pointer[func(r *http.Request)] // called before it answers
}

func (s *scripted) says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		s.asked.Add(1)
		if hold := s.hold.Load(); hold != nil {
			(*hold)(r)
		}
		w.Header().Set("Content-Type", "application/json")
		said := text
		if other := s.answer.Load(); other != nil {
			said = *other
		}
		_, _ = io.WriteString(w, said)
	}
}

// bench is a server with front doors on its own listener.
type bench struct {
	url    string
	engine *engine.Engine
	server *server.Server
	vendor *scripted
	log    *leaktest.Sink
	stop   func() error // ends Serve and gives its error
}

// open serves all configured front doors until the test ends. It searches the log and every answer to ask for secrets.
func open(t testing.TB, change func(*engine.Config)) *bench {
	t.Helper()
	b := prepare(t, change)
	b.serve(t)
	return b
}

// prepare returns a server that does not serve yet.
func prepare(t testing.TB, change func(*engine.Config)) *bench {
	t.Helper()
	return prepareWith(t, change, nil)
}

// openWith is open with a changed configuration of the server.
func openWith(t testing.TB, changeEngine func(*engine.Config), change func(*server.Config)) *bench {
	t.Helper()
	b := prepareWith(t, changeEngine, change)
	b.serve(t)
	return b
}

func prepareWith(t testing.TB, change func(*engine.Config), changeServer func(*server.Config)) *bench {
	t.Helper()
	b := &bench{log: new(leaktest.Sink), vendor: new(scripted)}
	jumdata, duguang := httptest.NewServer(b.vendor.says(frontOfJumdata)), httptest.NewServer(b.vendor.says(frontOfDuguang))
	t.Cleanup(jumdata.Close)
	t.Cleanup(duguang.Close)
	modules, err := wasm.New(wasm.Config{CacheDir: built.cache, Instances: 2})
	if err != nil {
		t.Fatal(err)
	}
	cfg := engine.Config{
		Plugins: built.plugins, Runtimes: []engine.Runtime{modules}, FrontDoors: doors(),
		Providers: map[string]engine.ProviderConfig{
			"one": {Plugin: "jumdata", Config: map[string]any{"endpoint": jumdata.URL}, Secrets: texts("app_id", providerID, "app_secret", providerCode)},
			"two": {Plugin: "duguang", Config: map[string]any{"endpoint": duguang.URL}, Secrets: texts("app_code", providerCode)},
		},
		Routes: map[string]engine.Route{"default": {Providers: []string{"one"}}, "portrait": {Providers: []string{"two"}}},
		Logger: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&cfg)
	}
	if b.engine, err = engine.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.engine.Close(context.Background()); err != nil {
			t.Error(err)
		}
		b.clean(t, "the log", b.log.String())
	})
	served := server.Config{Logger: cfg.Logger}
	if changeServer != nil {
		changeServer(&served)
	}
	if b.server, err = server.New(b.engine, served); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) serve(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.url = "http://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.server.Serve(ctx, l) }()
	b.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := b.stop(); err != nil {
			t.Error(err)
		}
	})
}

// clean fails the test if a text contains a secret or, for the log, a field of a card.
func (b *bench) clean(t testing.TB, what, text string) {
	t.Helper()
	if strings.Contains(text, "S3CRET") {
		t.Errorf("%s shows a secret:\n%s", what, text)
	}
	if what == "the log" && (strings.Contains(text, "样本") || strings.Contains(text, "11010119900307803X")) {
		t.Errorf("%s shows data of the card:\n%s", what, text)
	}
}

// answer is an answer to a client.
type answer struct {
	status int
	header http.Header
	body   string
}

// text returns an answer in one line: status, the gateway's error message if any, and the body without identifiers and times.
func (a answer) text() string {
	s := fmt.Sprint(a.status)
	if words := a.header.Get("X-Ca-Error-Message"); words != "" {
		s += " " + words
	}
	if a.body != "" {
		s += " " + a.body
	}
	s = regexp.MustCompile(`"(taskNo|showapi_res_id|sid)":"[0-9a-f]{32}"`).ReplaceAllString(s, `"$1":"ID"`)
	return regexp.MustCompile(`("time":"?|<time>)[0-9]{10}`).ReplaceAllString(s, "${1}NOW")
}

// ask sends a request to the server.
func (b *bench) ask(t testing.TB, r *http.Request) answer {
	t.Helper()
	a, err := b.try(r)
	if err != nil {
		t.Fatal(err)
	}
	b.clean(t, "the answer", fmt.Sprint(a.header)+a.body)
	return a
}

func (b *bench) try(r *http.Request) (answer, error) {
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, errors.Join(err, response.Body.Close())
}

func card(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "cards", "specimen-front.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
