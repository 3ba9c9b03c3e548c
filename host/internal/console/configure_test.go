package console_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// program is a gateway as "ocrmux serve" runs it, with a configuration file.
type program struct {
	url, file string
	vendor    *vendor
	vendorURL string
	down      func() // ends the vendors
	said      *leaktest.Sink
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

// serve runs the program with a configuration, in which VENDOR stands for the address of the vendors, until the test ends. Without a text there is
// no file.
func serve(t *testing.T, text string, flags ...string) *program {
	t.Helper()
	p := &program{vendor: &vendor{answers: map[string]http.HandlerFunc{"jumdata": says(frontOfJumdata)}}, said: new(leaktest.Sink)}
	vendors := httptest.NewServer(p.vendor)
	t.Cleanup(vendors.Close)
	p.vendorURL, p.down = vendors.URL, vendors.Close
	args := append([]string{"serve", "--plugins-dir", withAcme(t), "--log-level", "info"}, flags...)
	if text != "" {
		p.file = filepath.Join(t.TempDir(), "ocrmux.yaml")
		writeFile(t, p.file, strings.ReplaceAll(text, "VENDOR", vendors.URL))
		args = append(args, "--config", p.file)
	}
	out, in := io.Pipe()
	run := &cli.Program{Stdout: in, Stderr: p.said, UserCacheDir: built.cache, Environ: []string{"ID=app", "SECRET=S3CRET-of-acme", "OCRMUX_STATE__IN_MEMORY=true", "OCRMUX_SERVER__LISTEN=127.0.0.1:0"}}
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

// text is what the configuration file says.
func (p *program) text(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(p.file)
	if err != nil {
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

func TestAProviderIsConfiguredByKeyboardAloneFromAMistakeToAGatewayThatHasIt(t *testing.T) {
	p := serve(t, oneAccount)
	b := browse(t, desktop, p.url+"/console/providers", "status of 422")
	b.tabTo(`a[href="/console/configure?plugin=acme"]`)
	b.do(keys(kb.Enter), visible("form.configure"))
	b.tabTo(`[name="secrets/app_code"]`)
	b.do(keys("env:SECRET"))
	b.tabTo(`[name="config/endpoint"]`)
	b.do(keys("https://api.acme.example"))
	b.tabTo(`[name="config/region"]`)
	b.do(keys("north-1"))
	b.tabTo(`[name="config/timeout"]`)
	b.do(keys("90"))
	b.tabTo(`[name="config/mode"]`)
	b.do(keys("exact"))
	b.tabTo(`[name="config/hosts"]`)
	b.do(keys("a.example"))
	b.tabTo(`[name="config/retry/times"]`)
	b.do(keys("2"))
	b.tabTo("#do-check")
	b.do(keys(kb.Enter), visible(`[name="config/timeout"][aria-invalid]`))
	if !eval[bool](b, `document.activeElement.name === 'config/timeout'`) {
		t.Errorf("the focus is on %s", eval[string](b, "document.activeElement.outerHTML"))
	}
	described := eval[string](b, `document.activeElement.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).innerText).join(' | ')`)
	if !strings.Contains(described, "数值过大。") || !strings.Contains(described, "want 60") || !strings.Contains(described, "默认 10") {
		t.Errorf("the field is described by %q", described)
	}
	b.accessible()
	eval[bool](b, `(p => { p.textContent = p.textContent.replace(/\/\S+\//, '/etc/ocrmux/'); return true; })(document.querySelector('.commit p'))`)
	b.screenshot("configure-zh")
	if got := p.text(t); got != strings.ReplaceAll(oneAccount, "VENDOR", p.vendorURL) {
		t.Errorf("a check has written the file:\n%s", got)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="config/timeout"]`), kb.End+kb.Backspace+kb.Backspace+"20"))
	b.tabTo("#do-check")
	b.do(keys(kb.Enter), visible("#draft .good"))
	shown := b.text(".diff")
	for _, want := range []string{"+   acme:", "+     config:", "timeout: 20", "north-1", "env:SECRET", "mode: exact"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the change does not show %q:\n%s", want, shown)
		}
	}
	if strings.Contains(shown, "S3CRET") {
		t.Error("the change shows a secret")
	}
	b.accessible()
	b.tabTo("#do-save")
	b.do(keys(kb.Enter), visible(".notice.good[role=status]"))
	if got := b.text(".notice.good"); got != "配置已保存，网关已重新加载。" {
		t.Errorf("the page says %q", got)
	}
	if got := p.text(t); !strings.HasPrefix(got, strings.ReplaceAll(oneAccount[:strings.Index(oneAccount, "routes:")], "VENDOR", p.vendorURL)) || !strings.Contains(got, "acme:") || !strings.Contains(got, "timeout: 20") {
		t.Errorf("the file is\n%s", got)
	}
	b.do(chromedp.Navigate(p.url+"/console/providers"), visible("#provider-acme"))
	if got := b.text("#provider-acme .tag"); got != "可用" {
		t.Errorf("the new provider is %q: %s", got, b.text("#provider-acme"))
	}

	// What was saved stands in the form again, also what it has no control for.
	b.do(chromedp.Navigate(p.url+"/console/providers/jumdata/configure"), visible("form.configure"))
	if got := eval[string](b, `document.querySelector('[name="secrets/app_id"]').value`); got != "env:ID" {
		t.Errorf("the source of the secret is shown as %q", got)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="labels"]`), "residency:cn"), click("#do-save"), visible(".notice.good[role=status]"))
	if got := p.text(t); !strings.Contains(got, `price: {per_call: "0.05"}`) || !strings.Contains(got, "residency:cn") || !strings.Contains(got, "# the first one") {
		t.Errorf("the file is\n%s", got)
	}
}

func TestTheFormFitsAPhoneAndHasWordsInEnglishToo(t *testing.T) {
	p := serve(t, oneAccount)
	small := view{language: "en", width: 390, height: 844, phone: true, dark: true}
	b := browse(t, small, p.url+"/console/configure?plugin=acme", "status of 422")
	for range 2 {
		b.accessible()
		if keys := unworded.FindAllString(eval[string](b, "document.querySelector('main').innerText"), -1); len(keys) > 0 {
			t.Errorf("there are no words for %s", keys)
		}
		b.do(click("#do-check"), visible("[role=alert]"))
	}
	if got := b.text("[role=alert]"); !strings.Contains(got, "The secrets are not complete.") || !strings.Contains(got, "app_code, or app_key and app_secret") {
		t.Errorf("without secrets, the page says %s", got)
	}
	if got := b.text(`.field:has([name="config/endpoint"]) .field-problem`); !strings.Contains(got, "missing") {
		t.Errorf("without an endpoint, its field says %s", got)
	}
}

func TestAProviderIsCheckedWithoutACall(t *testing.T) {
	p := serve(t, `providers: {acme: {config: {endpoint: VENDOR/acme}, secrets: {app_code: "env:SECRET"}}}`) // whose own host is nowhere
	var called atomic.Bool
	p.vendor.on("acme", func(http.ResponseWriter, *http.Request) { called.Store(true) })
	b := browse(t, desktop, p.url+"/console/providers/acme")
	b.do(click("#check"), visible("#check-result"))
	got := b.text("#check-result")
	for _, want := range []string{"服务商", "is loaded", "密钥", "网络", "answers at", "时钟"} {
		if !strings.Contains(got, want) {
			t.Errorf("the result does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "S3CRET") || called.Load() {
		t.Errorf("the check called the vendor (%v), or shows a secret:\n%s", called.Load(), got)
	}
	p.down()
	b.do(click("#check"), visible("#check-result .tag.bad"))
	if got := b.text("#check-result"); !strings.Contains(got, "connection refused") {
		t.Errorf("of a vendor that is down, the result says\n%s", got)
	}
}

// versionOf finds the version of the file in a form.
func versionOf(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`name="version" value="([0-9a-f]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("there is no form:\n%s", page)
	}
	return m[1]
}

func TestASecretThatIsTypedInIsRefusedAndNotShownAgain(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	for _, do := range []string{"check", "save"} {
		status, page := fetch(t, http.DefaultClient, address, url.Values{"do": {do}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"hunter2-itself"}, "config/endpoint": {p.vendorURL}})
		if status != http.StatusUnprocessableEntity || strings.Contains(page, "hunter2") || !strings.Contains(page, "not a place where the secret is found") {
			t.Errorf("%s answers with %d\n%s", do, status, page)
		}
	}
	if strings.Contains(p.text(t)+p.said.String(), "hunter2") {
		t.Error("the secret was kept")
	}
}

func TestOnlyAdminsSeeAndChangeTheConfiguration(t *testing.T) {
	p := serve(t, oneAccount+"tenants:\n  bank: {keys: [\""+access.Hash(bankKey).String()+"\"]}\n  ops: {admin: true, keys: [\""+access.Hash(adminKey).String()+"\"]}\n")
	bank, ops := client(t, p.url, bankKey), client(t, p.url, adminKey)
	for _, at := range []string{"/console/providers/jumdata/configure", "/console/configure?plugin=acme"} {
		for form, what := range map[*url.Values]string{nil: "looking", {"do": {"save"}}: "saving"} {
			var values url.Values
			if form != nil {
				values = *form
			}
			if status, page := fetch(t, bank, p.url+at, values); status != http.StatusForbidden || strings.Contains(page, filepath.Base(p.file)) {
				t.Errorf("%s at %s is answered with %d\n%s", what, at, status, page)
			}
			if status, _ := fetch(t, http.DefaultClient, p.url+at, values); values != nil && status != http.StatusUnauthorized {
				t.Errorf("%s at %s is answered with %d to somebody who has not signed in", what, at, status)
			}
		}
		if status, page := fetch(t, ops, p.url+at, nil); status != http.StatusOK || !strings.Contains(page, p.file) {
			t.Errorf("an admin gets %d at %s", status, at)
		}
	}
}

func TestAFileThatSomebodyElseHasChangedIsNotOverwritten(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	_, page := fetch(t, http.DefaultClient, address, nil)
	changed := p.text(t) + "# changed by hand\n"
	writeFile(t, p.file, changed)
	form := url.Values{
		"do": {"save"}, "version": {versionOf(t, page)}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL + "/other"},
	}
	status, page := fetch(t, http.DefaultClient, address, form)
	if status != http.StatusConflict || !strings.Contains(page, "somebody has changed the file") || p.text(t) != changed {
		t.Errorf("answered with %d, and the file is\n%s", status, p.text(t))
	}
	_, page = fetch(t, http.DefaultClient, address, nil)
	form.Set("version", versionOf(t, page))
	if status, _ = fetch(t, http.DefaultClient, address, form); status != http.StatusOK || !strings.Contains(p.text(t), "/other") || !strings.Contains(p.text(t), "# changed by hand") {
		t.Errorf("after another look: %d\n%s", status, p.text(t))
	}
}

func TestAFileThatCannotBeChangedSafelyIsLeftAndThePageSaysWhatToDo(t *testing.T) {
	p := serve(t, `providers:
  jumdata: &account
    plugin: jumdata
    config: {endpoint: VENDOR/jumdata}
    secrets: {app_id: "env:ID", app_secret: "env:SECRET"}
  second: *account
`)
	before := p.text(t)
	form := url.Values{"do": {"save"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL + "/other"}}
	status, page := fetch(t, http.DefaultClient, p.url+"/console/providers/jumdata/configure", form)
	if status != http.StatusConflict || !strings.Contains(page, "has to be changed by hand") || p.text(t) != before {
		t.Errorf("a provider that also stands elsewhere is answered with %d\n%s", status, page)
	}
	writeFile(t, p.file, "providers: [")
	if status, page = fetch(t, http.DefaultClient, p.url+"/console/providers/jumdata/configure", nil); status != http.StatusServiceUnavailable || !strings.Contains(page, "YAML") {
		t.Errorf("a file that is none is answered with %d\n%s", status, page)
	}
	if status, _ = fetch(t, http.DefaultClient, p.url+"/console/providers", nil); status != http.StatusOK {
		t.Errorf("the gateway no longer shows its providers: %d", status)
	}
}

func TestWithoutAFileTheFormShowsWhatToWriteIntoOne(t *testing.T) {
	p := serve(t, "")
	address := p.url + "/console/configure?plugin=jumdata"
	form := url.Values{"do": {"check"}, "name": {"first"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}}
	status, page := fetch(t, http.DefaultClient, address, form)
	if status != http.StatusOK || !strings.Contains(page, "without a configuration file") || !strings.Contains(page, "plugin: jumdata") || strings.Contains(page, "do-save") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form.Set("do", "save")
	if status, page := fetch(t, http.DefaultClient, address, form); status != http.StatusConflict || !strings.Contains(page, "without a configuration file") {
		t.Errorf("saving is answered with %d\n%s", status, page)
	}
	for name, want := range map[string]string{"": "Give the provider a name.", "No Name": "is not possible"} {
		form.Set("name", name)
		if status, page := fetch(t, http.DefaultClient, address, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, want) {
			t.Errorf("the name %q is answered with %d, without %q\n%s", name, status, want, page)
		}
	}
	for _, unknown := range []string{"/console/configure?plugin=nobody", "/console/configure", "/console/providers/nobody/configure"} {
		if status, _ := fetch(t, http.DefaultClient, p.url+unknown, nil); status != http.StatusNotFound {
			t.Errorf("%s is answered with %d", unknown, status)
		}
	}
}

func TestAFileThatCannotBeWrittenIsLeftAndTheFormShowsWhatToWrite(t *testing.T) {
	const readOnly = "/sys/class/net/lo/ifalias" // an empty file on a file system that cannot be written, for anybody
	real, err := filepath.EvalSymlinks(readOnly)
	if err == nil {
		_, err = os.ReadFile(real)
	}
	if err != nil {
		testenv.Missing(t, "a file that nobody can write, such as %s: %v", readOnly, err)
	}
	p := serve(t, "", "--config", readOnly)
	status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", nil)
	if status != http.StatusOK || !strings.Contains(page, "cannot be written from here") || strings.Contains(page, "do-save") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form := url.Values{"do": {"check"}, "name": {"acme"}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {p.vendorURL}}
	status, page = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
	if status != http.StatusOK || !strings.Contains(page, "acme:\n") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form.Set("do", "save")
	if status, page = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form); status != http.StatusConflict || !strings.Contains(page, "Nothing was saved") {
		t.Errorf("saving is answered with %d\n%s", status, page)
	}
}
