package cli_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
)

// noise returns a new picture whose bytes do not occur in other texts by chance.
func noise(t *testing.T, n int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, 40))
	for i := range m.Pix {
		m.SetGray(i%64, i/64, color.Gray{Y: uint8(i * (i + n) * 31)})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestServeLeavesNoCardAndNoSecretAnywhere runs a real gateway: it reads cards in every form, with failures that repeat their data.
// Then it searches everything that the gateway wrote: logs, spans, metrics, answers of the API, and every file.
//
//attack:data-nowhere cards and secrets through the whole program
func TestServeLeavesNoCardAndNoSecretAnywhere(t *testing.T) {
	const key, adminKey, secret = "ocrmux_S3CRET-key-of-the-bank", "ocrmux_S3CRET-key-of-ops", "S3CRET-of-the-account"
	gold := leaktest.Treasure{
		"name": "赵样本", "number": "11010119900307123X", "number's place and birth": "11010119900307", "address": "样本省样本市", "street": "样本路一号",
		"birth date": "1990-03-07", "birth date in Chinese": "1990年3月7日", "birth date in digits": "19900307",
	}
	gold.Hide(key, adminKey, secret, appSecret)

	const card = `"name": "赵样本", "sex": "男", "nation": "汉", "year": "1990", "month": "3", "day": "7", "address": "样本省样本市样本路一号", "number": "11010119900307123X"`
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(r.URL.Path, "/bad") {
			_, _ = fmt.Fprintf(w, `{"code": 500, "msg": "没有 %s 赵样本 11010119900307123X", "taskNo": "41562", "charge": false, "data": {"info": {%s}}}`, secret, card)
			return
		}
		_, _ = fmt.Fprintf(w, `{"code": 200, "msg": "成功", "taskNo": "41561", "charge": true, "data": {"side": "front", "info": {%s}, "validity": {"name": true, "number": true}}}`, card)
	}))
	t.Cleanup(vendor.Close)
	spans := new(leaktest.Sink)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(spans, r.Body) }))
	t.Cleanup(collector.Close)

	dir := t.TempDir()
	plugins, left := filepath.Join(dir, "plugins"), filepath.Join(dir, "left")
	build := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
	for _, args := range [][]string{{"plugin", "build", "--out", plugins, "../../../plugins/jumdata"}, {"plugin", "lock", "--yes", plugins}} {
		if status := build.Run(t.Context(), args); status != cli.StatusOK {
			t.Fatalf("the plugin is not built: status %d", status)
		}
	}
	if err := os.MkdirAll(filepath.Join(left, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	g := &gateways{config: filepath.Join(dir, "ocrmux.yaml")}
	text := fmt.Sprintf(`
plugins: {dir: %q, cache_dir: %q}
providers:
  good: {plugin: jumdata, config: {endpoint: %q}, secrets: {app_id: "env:APP_ID", app_secret: "env:VENDOR_SECRET"}, price: {per_call: "0.045"}}
  bad:  {plugin: jumdata, config: {endpoint: "%s/bad"}, secrets: {app_id: "env:APP_ID", app_secret: "env:VENDOR_SECRET"}}
routes:
  default: {providers: [bad, good]}
front_doors:
  jumdata: {clients: [{app_id: %q, app_secret: "env:APP_SECRET", tenant: bank}]}
money: {budgets: [{tenant: bank, per: day, calls: 100}]}
results: {entries: 10, ttl: 1h}
state: {dir: %q}
server: {listen: "127.0.0.1:0"}
tenants:
  bank: {keys: [%q]}
  ops: {admin: true, keys: [%q]}
telemetry: {traces: {otlp: %q}}
log: {level: debug, format: json}
`, plugins, filepath.Join(left, "cache"), vendor.URL, vendor.URL, appID, filepath.Join(left, "state"), access.Hash(key), access.Hash(adminKey), collector.URL)
	if err := os.WriteFile(g.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	log := new(leaktest.Sink)
	one := g.startWith(t, func(c *exec.Cmd) {
		c.Env = append(c.Env, "VENDOR_SECRET="+secret, "TMPDIR="+filepath.Join(left, "tmp"))
		c.Stderr = log
	})

	client := &visitor{t: t, url: one.url, key: key}
	read := 0
	for n, way := range []func(picture []byte) int{
		func(p []byte) int {
			return client.post("/v1/recognize?provider=good", "image/jpeg", p, "Idempotency-Key", "once-1")
		},
		func(p []byte) int { return client.post("/v1/recognize", "image/jpeg", p) },
		func(p []byte) int { return client.form("/v1/recognize", "image", p) },
		func(p []byte) int { return client.form("/v1/recognize?provider=bad", "image", p) },
		func(p []byte) int { return client.post("/v1/recognize?route=nowhere", "image/jpeg", p) },
		func(p []byte) int { return client.post("/v1/recognize?side=赵样本", "image/jpeg", p) },
	} {
		picture := noise(t, n)
		gold.HidePicture(picture)
		for range 2 { // the second one gets the stored answer
			if way(picture) == http.StatusOK {
				read++
			}
		}
		for _, what := range gold.In(one.usage(t, adminKey)) {
			t.Errorf("the API shows the %s", what)
		}
	}
	if code, err := one.ask(t.Context()); err != nil || code != 200 {
		t.Errorf("at the door: %d, %v", code, err)
	}
	if read != 6 {
		t.Errorf("%d calls read the card, want 6", read)
	}
	metrics := client.get("/metrics", adminKey)
	one.stop(t)

	sinks := map[string]string{"log": log.String(), "spans": spans.String(), "metrics": metrics}
	err := filepath.WalkDir(left, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		sinks[strings.TrimPrefix(path, left)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, has := range map[string]string{"log": "trace_id", "spans": "ocrmux.exchange", "metrics": "ocrmux_attempts_total"} {
		if !strings.Contains(sinks[name], has) {
			t.Errorf("%s: %q is missing, so that the run proves nothing:\n%.2000s", name, has, sinks[name])
		}
	}
	ledger := false
	for name, text := range sinks {
		ledger = ledger || strings.HasPrefix(name, "/state/") && strings.Contains(text, "bank")
		for _, what := range gold.In(text) {
			t.Errorf("%s shows the %s: %s", name, what, gold.Around(text, what))
		}
	}
	if !ledger {
		t.Error("no file of the state names the tenant, so that the run proves nothing of them")
	}
}

// visitor is a client of the HTTP API.
type visitor struct {
	t        *testing.T
	url, key string
}

func (v *visitor) post(path, kind string, body []byte, headers ...string) int {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.url+path, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+v.key)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body) // only the status matters
	if err := answer.Body.Close(); err != nil {
		v.t.Fatal(err)
	}
	return answer.StatusCode
}

func (v *visitor) form(path, part string, picture []byte) int {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(part, "card.jpg")
	if err == nil {
		_, err = file.Write(picture)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.post(path, form.FormDataContentType(), body.Bytes())
}

// get returns the answer of the API to a key.
func (v *visitor) get(path, key string) string {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.url+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("X-API-Key", key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		v.t.Fatalf("%s is answered with %d, %v", path, answer.StatusCode, err)
	}
	return string(b)
}

// usage returns everything that the API reports about usage.
func (g *gateway) usage(t *testing.T, key string) string {
	v := &visitor{t: t, url: g.url}
	return v.get("/v1/usage?by=day,provider,route,tenant", key) + v.get("/v1/providers", key) + v.get("/v1/budgets", key) + v.get("/v1/routes/default/explain", key)
}
