package console_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// program is a gateway as "ocrmux serve" runs it, with a configuration file and the console's file beside it.
type program struct {
	url, file, overlay string
	vendor             *vendor
	vendorURL          string
	down               func() // ends the vendors
	said               *leaktest.Sink
}

// acme is a provider file whose settings have every keyword that forms know.
const acme = `
manifest:
  name: acme
  version: 1.2.0
  abi: {major: 1}
  description: Acme ID card OCR (made up)
  documents: [{document: cn.idcard, sides: [front], fields: [name]}]
  secrets:
    - {name: app_code, uses: [plain], description: "The account's code."}
    - {name: app_key, identifier: true, uses: [plain]}
    - {name: app_secret, uses: [plain]}
  secret_sets: [{names: [app_code]}, {names: [app_key, app_secret]}]
  images: {formats: [jpg, png], max_bytes: 4194304, inputs: [bytes]}
  config_schema:
    type: object
    additionalProperties: false
    required: [endpoint]
    $defs: {seconds: {type: integer, minimum: 1, maximum: 60}}
    properties:
      endpoint: {type: string, format: uri, description: "接口地址，例如 https://api.acme.example"}
      region: {type: string, pattern: "^[a-z]+-[0-9]$", minLength: 3, maxLength: 12, description: "Where the account is, such as north-1."}
      timeout: {$ref: "#/$defs/seconds", default: 10}
      ratio: {type: number, minimum: 0, maximum: 1}
      strict: {type: boolean, default: true}
      mode: {enum: [fast, exact], default: fast}
      grade: {oneOf: [{const: 1, title: Standard}, {const: 2, title: Premium}]}
      version: {const: v2}
      hosts: {type: array, items: {type: string}, maxItems: 3}
      retry: {type: object, additionalProperties: false, required: [times], properties: {times: {type: integer, minimum: 0, maximum: 5}, wait: {type: string}}}
      extra: {oneOf: [{type: string}, {type: object}]}
  hosts: ["https://api.acme.example"]
request:
  path: /v1
  form: {code: {secret: app_code}, image: {image: base64}}
answer:
  success: {pointer: /code, is: 0}
  failures: [{vendor_code: /code, codes: {1: {kind: unavailable}}}]
card:
  fields: {name: /data/name}
`

// withAcme is a folder that has the plugins and the provider file.
func withAcme(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"jumdata.wasm", "duguang.wasm"} {
		b, err := os.ReadFile(filepath.Join(built.plugins, name))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, name), string(b))
	}
	writeFile(t, filepath.Join(dir, "acme.provider.yaml"), acme)
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serve runs the program with a configuration until the test ends. In the text, VENDOR is replaced by the address of the
// vendors. Without a text there is no file.
func serve(t *testing.T, text string, flags ...string) *program {
	t.Helper()
	return serveIn(t, nil, text, flags...)
}

// serveIn is serve with further environment variables.
func serveIn(t *testing.T, environ []string, text string, flags ...string) *program {
	t.Helper()
	p := &program{vendor: &vendor{answers: map[string]http.HandlerFunc{"jumdata": says(frontOfJumdata)}}, said: new(leaktest.Sink)}
	vendors := httptest.NewServer(p.vendor)
	t.Cleanup(vendors.Close)
	p.vendorURL, p.down = vendors.URL, vendors.Close
	args := append([]string{"serve", "--plugins-dir", withAcme(t), "--log-level", "info"}, flags...)
	if text != "" {
		p.file = filepath.Join(t.TempDir(), "ocrmux.yaml")
		p.overlay = filepath.Join(filepath.Dir(p.file), "ocrmux.console.yaml")
		writeFile(t, p.file, strings.ReplaceAll(text, "VENDOR", vendors.URL))
		args = append(args, "--config", p.file)
	}
	out, in := io.Pipe()
	run := &cli.Program{Stdout: in, Stderr: p.said, UserCacheDir: built.cache, Environ: append([]string{"ID=app", "SECRET=S3CRET-of-acme", "OCRMUX_STATE__IN_MEMORY=true", "OCRMUX_SERVER__LISTEN=127.0.0.1:0"}, environ...)}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		status := run.Run(ctx, args)
		_ = in.Close()
		ended <- status
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != cli.StatusOK {
			t.Errorf("serve ends with status %d: %s", status, p.said)
		}
		if strings.Contains(p.said.String(), "S3CRET") {
			t.Errorf("the log shows a secret:\n%s", p.said)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, p.said)
	}
	p.url = strings.TrimPrefix(strings.TrimSpace(line), "listening on ")
	return p
}

// text returns the configuration file.
func (p *program) text(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// changes returns the console's file, empty if there is none.
func (p *program) changes(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(p.overlay)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

const oneAccount = `# Our accounts.
providers:
  jumdata: # the first one
    config: {endpoint: VENDOR/jumdata}
    secrets: {app_id: "env:ID", app_secret: "env:SECRET"}
    price: {per_call: "0.05"}
routes:
  default: {providers: [jumdata]}
`

// versionOf finds the version of the file in a form.
func versionOf(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`name="version" value="([0-9a-f]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("there is no form:\n%s", page)
	}
	return m[1]
}
