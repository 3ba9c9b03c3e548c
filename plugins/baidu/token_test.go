package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// baidu plays the vendor. It numbers its tokens and accepts the latest only.
type baidu struct{ tokens, cards atomic.Int64 }

func (v *baidu) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case tokenPath:
		fmt.Fprintf(w, `{"access_token": "24.demo-%04d", "expires_in": 2592000}`, v.tokens.Add(1))
	case cardPath:
		v.cards.Add(1)
		if r.URL.Query().Get("access_token") != fmt.Sprintf("24.demo-%04d", v.tokens.Load()) {
			fmt.Fprint(w, `{"error_code": 110, "error_msg": "Access token invalid or no longer valid"}`)
			return
		}
		fmt.Fprint(w, `{"image_status": "normal", "words_result": {"姓名": {"words": "样本"}}}`)
	default:
		http.NotFound(w, r)
	}
}

// A golden exchange is one call, so it cannot show how long a token lasts.
func TestTokenServesManyCallsUntilItExpires(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the provider; the engine's tests cover the cache")
	}
	t.Parallel()
	vendor := &baidu{}
	server := httptest.NewServer(vendor)
	defer server.Close()
	dir := t.TempDir()
	plugintest.WASM(t, ".", dir)
	runtime, err := wasm.New(wasm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var clock atomic.Int64
	clock.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Unix())
	e, err := engine.Open(t.Context(), engine.Config{
		Plugins: dir, Unlocked: true, Runtimes: []engine.Runtime{runtime},
		Now: func() time.Time { return time.Unix(clock.Load(), 0) },
		Providers: map[string]engine.ProviderConfig{"baidu": {
			Config:  map[string]any{"endpoint": server.URL},
			Secrets: map[string]engine.Secret{"client_id": engine.NewSecret("demo"), "client_secret": engine.NewSecret("demo-secret")},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	read := func(calls int) {
		var wait sync.WaitGroup
		for i := range calls {
			wait.Go(func() {
				// The engine joins equal requests of one tenant.
				if _, err := e.Recognize(t.Context(), engine.Request{Picture: engine.File("testdata/card.jpg"), Tenant: strconv.Itoa(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
	expect := func(tokens, cards int64, when string) {
		t.Helper()
		if vendor.tokens.Load() != tokens || vendor.cards.Load() != cards {
			t.Errorf("%s: %d tokens and %d cards were requested, want %d and %d", when, vendor.tokens.Load(), vendor.cards.Load(), tokens, cards)
		}
	}
	read(8)
	expect(1, 8, "eight calls at once")
	clock.Add(2592000 - 3600 - 1)
	read(1)
	expect(1, 9, "just before the token is due")
	clock.Add(2)
	read(8)
	expect(2, 17, "an hour before the token ends")
	vendor.tokens.Add(1)
	read(1)
	expect(4, 19, "after the vendor withdrew the token")
}
