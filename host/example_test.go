package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/host"
)

// The handler of an engine is one part of a larger server. Callers of the API are the users of that server's own login.
func Example() {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"code": 0, "request_id": "r1", "data": {"side": "face", "name": {"text": "样本张三", "score": 99}}}`)
	}))
	defer vendor.Close()

	ctx := context.Background()
	e, err := engine.Open(ctx, engine.Config{
		Plugins:  "../examples/provider-declarative", // with acme.provider.yaml
		Unlocked: true,                               // the folder has no plugins.lock
		Runtimes: []engine.Runtime{declarative.New()},
		Providers: map[string]engine.ProviderConfig{"acme": {
			Config:  map[string]any{"endpoint": vendor.URL},
			Secrets: map[string]engine.Secret{"app_key": engine.NewSecret("demo"), "app_secret": engine.NewSecret("demo-secret")},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	handler, err := host.NewHandler(e, host.Config{
		Tenants: []host.Tenant{{Name: "shop", Routes: []string{"default"}}},
		Authenticate: func(r *http.Request) (tenant string, ok bool) {
			cookie, err := r.Cookie("session") // look up your session here
			return "shop", err == nil && cookie.Value == "valid"
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/ocr/", http.StripPrefix("/ocr", handler))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the shop") })
	server := httptest.NewServer(mux)
	defer server.Close()

	card, err := os.ReadFile("../examples/cards/specimen-front.jpg")
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/ocr/v1/recognize?side=front", bytes.NewReader(card))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "image/jpeg")
	request.AddCookie(&http.Cookie{Name: "session", Value: "valid"})
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var read engine.Recognition
	if err := json.NewDecoder(response.Body).Decode(&read); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.StatusCode, read.Side, read.Fields["name"].Value)
	// Output: 200 front 样本张三
}
