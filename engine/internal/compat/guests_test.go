package compat_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/conform"
)

func TestEveryKeptGuestWorksInTheHostOfToday(t *testing.T) {
	eachVersion(t, func(t *testing.T, dir string) {
		calls := calls(t, dir)
		said := map[string]int{} // by call
		for _, path := range guests(t, dir) {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".wasm"), func(t *testing.T) {
				cache := t.TempDir() // compiled once for all that follows
				m := load(t, runtime(t, wasm.Config{CacheDir: cache, Instances: 1}), path)
				t.Run("says what it said", func(t *testing.T) { repeat(t, m, calls, said) })
				t.Run("sends what it sent", func(t *testing.T) { exchanges(t, path, cache, filepath.Join(dir, exchangesDir)) })
				t.Run("stops when its fuel is spent", func(t *testing.T) { outOfFuel(t, path, cache, calls[0]) })
				if d := catalog.File(path).Plugin.Manifest; len(d.FrontDoors) > 0 {
					picture := readFile(t, filepath.Join(dir, exchangesDir, "card.jpg"))
					t.Run("keeps its front door", func(t *testing.T) { frontDoor(t, path, cache, picture) })
				}
			})
		}
		for _, call := range []string{"step", "accept", "reply"} {
			if said[call] == 0 {
				t.Errorf("no guest repeats a call of %s", call)
			}
		}
	})
}

func runtime(t *testing.T, cfg wasm.Config) *wasm.Runtime {
	t.Helper()
	r, err := wasm.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// exchanges plays the golden exchanges in copies of their files, into which the kit writes what came of them. Requests are
// the same byte for byte; a result may say more than it did, as the engine learns to.
func exchanges(t *testing.T, path, cache, kept string) {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(kept, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no exchanges are kept: %v", err)
	}
	for _, file := range files {
		writeFile(t, filepath.Join(dir, filepath.Base(file)), readFile(t, file))
	}
	s, err := conform.Open(t.Context(), path, conform.Options{Exchanges: dir, Update: true, Runtime: func(kind catalog.Kind, tuning conform.Tuning) (catalog.Runtime, error) {
		tuning.Cache = cache
		return conform.Runtime(kind, tuning)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
	for _, file := range files {
		if filepath.Ext(file) != ".txtar" {
			continue
		}
		then, now := sections(t, file), sections(t, filepath.Join(dir, filepath.Base(file)))
		thenResult, nowResult := document(t, then["result.json"]), document(t, now["result.json"])
		delete(then, "result.json")
		delete(now, "result.json")
		if diff := cmp.Diff(then, now); diff != "" {
			t.Errorf("%s (-then +now):\n%s", filepath.Base(file), diff)
		}
		if diff := cmp.Diff(thenResult, common(thenResult, nowResult)); diff != "" {
			t.Errorf("the result of %s (-then +now):\n%s", filepath.Base(file), diff)
		}
	}
}

func sections(t *testing.T, file string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range txtar.Parse(readFile(t, file)).Files {
		out[f.Name] = string(f.Data)
	}
	return out
}

func document(t *testing.T, text string) any {
	t.Helper()
	var out any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// common is what of now stands at places that then has, too.
func common(then, now any) any {
	switch now := now.(type) {
	case map[string]any:
		if then, ok := then.(map[string]any); ok {
			out := maps.Clone(now)
			maps.DeleteFunc(out, func(name string, _ any) bool { _, known := then[name]; return !known })
			for name := range out {
				out[name] = common(then[name], out[name])
			}
			return out
		}
	case []any:
		if then, ok := then.([]any); ok && len(then) == len(now) {
			out := slices.Clone(now)
			for i := range out {
				out[i] = common(then[i], out[i])
			}
			return out
		}
	}
	return now
}

// outOfFuel gives a guest more and more fuel, from less than any can start with to enough for a step. With each amount it
// either works or ends for want of fuel.
func outOfFuel(t *testing.T, path, cache string, first call) {
	t.Helper()
	for fuel, stopped := int64(20), false; ; fuel *= 16 {
		err := stepWith(t, path, wasm.Config{CacheDir: cache, Instances: 1, Fuel: fuel}, first)
		if err == nil && stopped {
			return
		}
		if err == nil || fuel > wasm.DefaultFuel || !strings.Contains(err.Error(), " fuel") {
			t.Fatalf("with %d fuel, the guest ends with %v", fuel, err)
		}
		stopped = true
	}
}

// stepWith loads a guest and makes one step.
func stepWith(t *testing.T, path string, cfg wasm.Config, first call) error {
	r := runtime(t, cfg)
	defer func() { _ = r.Close(context.Background()) }()
	m, err := r.Load(t.Context(), catalog.File(path).Plugin)
	if err != nil {
		return err
	}
	defer func() { _ = m.Close(context.Background()) }()
	in, _ := first.messages(t)
	_, err = m.Step(t.Context(), in.(*abi.StepRequest), nil)
	return err
}

// frontDoor sends a client's request through the door of a guest and on through the same guest to its vendor.
func frontDoor(t *testing.T, path, cache string, picture []byte) {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(path), ".wasm")
	const id, secret, timestamp = "demo", "demo-secret", "1555378976238"
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"code": 200, "msg": "成功", "taskNo": "1", "charge": true, "data": {"result": 0, "side": "front", "info": {"number": "11010119900307803X", "name": "样本张三"}, "validity": {"number": true, "name": true}}}`)
	}))
	defer vendor.Close()
	account := map[string]engine.Secret{"app_id": engine.NewSecret(id), "app_secret": engine.NewSecret(secret)}
	e, err := engine.Open(t.Context(), engine.Config{
		Plugins: filepath.Dir(path), Unlocked: true, Runtimes: []engine.Runtime{runtime(t, wasm.Config{CacheDir: cache})},
		Providers:  map[string]engine.ProviderConfig{name: {Config: map[string]any{"endpoint": vendor.URL}, Secrets: account}},
		FrontDoors: map[string]engine.FrontDoor{name: {Clients: []engine.Client{{Secrets: account}}}},
		Now:        func() time.Time { return time.UnixMilli(1555378976238) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(context.Background()) }()

	digest := sha256.Sum256([]byte(id + secret + timestamp))
	form := url.Values{"appId": {id}, "timestamp": {timestamp}, "sign": {hex.EncodeToString(digest[:])}, "base64": {base64.StdEncoding.EncodeToString(picture)}}
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/ocr/idcard-v1", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		e.Door(name).ServeHTTP(w, r)
		return w
	}
	if w := ask(); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "样本张三") {
		t.Errorf("the door answers %d: %s", w.Code, w.Body)
	}
	form.Set("sign", strings.Repeat("0", 64))
	if w := ask(); strings.Contains(w.Body.String(), "样本张三") {
		t.Error("a client with a wrong signature is let in")
	}
}
