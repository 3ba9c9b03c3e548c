package engine_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
)

// What was found in the folder of plugins, and in which state it is.
func ExampleEngine_Providers() {
	ctx := context.Background()
	modules, err := wasm.New(wasm.Config{Instances: 1})
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Open(ctx, engine.Config{Plugins: plugins, Unlocked: true, Runtimes: []engine.Runtime{modules}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	for _, p := range e.Providers() {
		fmt.Printf("%s: %s, %s\n", p.Name, p.State, p.Reason)
	}
	// Output:
	// jumdata-assemblyscript: not_configured, needs app_id and app_secret
	// jumdata-c: not_configured, needs app_id and app_secret
	// jumdata-rust: not_configured, needs app_id and app_secret
}

// A picture comes from memory, from a file or from a reader; URL names one at an address.
func ExamplePicture() {
	vendor := httptest.NewServer(new(scanner))
	defer vendor.Close()
	ctx := context.Background()
	modules, err := wasm.New(wasm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Open(ctx, engine.Config{
		Plugins:  plugins,
		Unlocked: true,
		Runtimes: []engine.Runtime{modules},
		Providers: map[string]engine.ProviderConfig{"jumdata": {
			Plugin:  "jumdata-c",
			Config:  map[string]any{"endpoint": vendor.URL},
			Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("demo"), "app_secret": engine.NewSecret("demo-secret")},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	data, err := os.ReadFile(card)
	if err != nil {
		log.Fatal(err)
	}
	for _, picture := range []engine.Picture{engine.Bytes(data), engine.File(card), engine.Reader(bytes.NewReader(data))} {
		r, err := e.Recognize(ctx, engine.Request{Picture: picture, Side: engine.Front})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Side, r.Fields["name"].Value, *r.Rotation)
	}
	// Output:
	// front 样本人 90
	// front 样本人 90
	// front 样本人 90
}

// A secret does not show itself, however it is printed.
func ExampleSecret() {
	account := engine.ProviderConfig{Secrets: map[string]engine.Secret{"app_secret": engine.NewSecret("hunter2")}}
	fmt.Printf("%v %+v\n", account.Secrets["app_secret"], account.Secrets)
	// Output: [secret] map[app_secret:[secret]]
}

// As JSON a recognition is what the gateway answers, so a client in Go decodes it into the same type.
func ExampleRecognition() {
	const answer = `{"document": "cn.idcard", "side": "front",
		"fields": {"name": {"value": "样本张三", "text": "样本 张三", "confidence": 0.98, "polygon": [[40,30],[160,30],[160,54],[40,54]], "provider": "local"}},
		"portrait": {"polygon": [[400,40],[560,40],[560,240],[400,240]]},
		"signals": {"blurred": {"state": "no"}, "copy": {"state": "yes", "vendor_code": "copy"}},
		"vendor_checks": {"id_number_checksum": {"state": "pass"}},
		"attempts": [{"provider": "local", "outcome": "recognized", "billed": "no", "duration_ms": 480, "reason": "first in route default"}]}`
	var r engine.Recognition
	if err := json.Unmarshal([]byte(answer), &r); err != nil {
		log.Fatal(err)
	}
	name, copied := r.Fields["name"], r.Signals["copy"]
	fmt.Println(name.Value, *name.Confidence, r.Portrait.Polygon[0], copied.State, r.VendorChecks["id_number_checksum"].State, r.Attempts[0].Outcome)
	// Output: 样本张三 0.98 [400 40] yes pass recognized
}

// A front door lets programs that were written for one vendor call whatever a route leads to: here, that vendor again.
func ExampleDoor() {
	vendor := httptest.NewServer(new(scanner))
	defer vendor.Close()
	ctx := context.Background()
	modules, err := wasm.New(wasm.Config{CacheDir: built.cache})
	if err != nil {
		log.Fatal(err)
	}
	account := map[string]engine.Secret{"app_id": engine.NewSecret("demo"), "app_secret": engine.NewSecret("demo-secret")}
	e, err := engine.Open(ctx, engine.Config{
		Plugins:    built.modules,
		Runtimes:   []engine.Runtime{modules},
		Providers:  map[string]engine.ProviderConfig{"jumdata": {Config: map[string]any{"endpoint": vendor.URL}, Secrets: account}},
		FrontDoors: map[string]engine.FrontDoor{"jumdata": {Clients: []engine.Client{{Secrets: account}}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	door := e.Door("jumdata")
	mux := http.NewServeMux()
	for _, p := range door.Paths() {
		mux.Handle(p.Method+" "+p.Path, door)
	}

	picture, err := os.ReadFile(card)
	if err != nil {
		log.Fatal(err)
	}
	form := url.Values{
		"appId": {"demo"}, "timestamp": {"1555378976238"}, "base64": {base64.StdEncoding.EncodeToString(picture)},
		"sign": {fmt.Sprintf("%x", sha256.Sum256([]byte("demo"+"demo-secret"+"1555378976238")))},
	}
	r := httptest.NewRequest(http.MethodPost, "/ocr/idcard-v1", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, strings.Contains(w.Body.String(), `"name":"样本人"`))
	// Output: 200 true
}
