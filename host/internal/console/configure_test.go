package console_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/testenv"
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

func TestConfigureByKeyboardAloneFromAMistakeToAGatewayThatHasTheProvider(t *testing.T) {
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
	original := strings.ReplaceAll(oneAccount, "VENDOR", p.vendorURL)
	if p.text(t) != original || p.changes(t) != "" {
		t.Errorf("a check has written a file:\n%s\n%s", p.text(t), p.changes(t))
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="config/timeout"]`), kb.End+kb.Backspace+kb.Backspace+"20"))
	b.tabTo("#do-check")
	b.do(keys(kb.Enter), visible("#draft .good"))
	shown := eval[string](b, `[...document.querySelectorAll('#changes tbody tr')].map(r => [...r.children].map(c => c.innerText).join(' | ')).join('\n')`)
	for _, want := range []string{`plugin | – | "acme"`, "config.timeout | – | 20", `config.region | – | "north-1"`, `secrets.app_code | – | "env:SECRET"`, `config.mode | – | "exact"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("the changes lack %q:\n%s", want, shown)
		}
	}
	section := eval[string](b, `document.querySelector('#yaml').textContent`)
	for _, want := range []string{"providers:\n  acme:\n", "    config:\n", "timeout: 20\n", "region: north-1\n", "app_code: env:SECRET\n", "mode: exact\n"} {
		if !strings.Contains(section, want) {
			t.Errorf("the provider as YAML lacks %q:\n%s", want, section)
		}
	}
	if strings.Contains(shown+section, "S3CRET") {
		t.Error("the change shows a secret")
	}
	b.accessible()
	b.tabTo("#do-save")
	b.do(keys(kb.Enter), visible(".notice.good[role=status]"))
	if got := b.text(".notice.good"); got != "配置已保存，网关已重新加载。" {
		t.Errorf("the page says %q", got)
	}
	if got := p.changes(t); p.text(t) != original || !strings.Contains(got, "acme:\n") || !strings.Contains(got, "timeout: 20\n") || strings.Contains(got, "jumdata") {
		t.Errorf("the files are\n%s\n%s", p.text(t), got)
	}
	b.do(chromedp.Navigate(p.url+"/console/providers"), visible("#provider-acme"))
	if got := b.text("#provider-acme"); b.text("#provider-acme .tag") != "可用" || !strings.Contains(got, "由控制台设置") {
		t.Errorf("the new provider is shown as %q", got)
	}
	if got := b.text("#provider-jumdata"); strings.Contains(got, "由控制台设置") {
		t.Errorf("the provider of the file is shown as %q", got)
	}

	// The form shows what was saved. What it has no control for stays as the configuration file has it.
	b.do(chromedp.Navigate(p.url+"/console/providers/jumdata/configure"), visible("form.configure"))
	if got := eval[string](b, `document.querySelector('[name="secrets/app_id"]').value`); got != "env:ID" {
		t.Errorf("the source of the secret is shown as %q", got)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="labels"]`), "residency:cn"), click("#do-save"), visible(".notice.good[role=status]"))
	if got := p.changes(t); p.text(t) != original || !strings.Contains(got, "residency:cn") || strings.Contains(got, "per_call") {
		t.Errorf("the files are\n%s\n%s", p.text(t), got)
	}
	if got := b.text("main"); !strings.Contains(got, "0.05") {
		t.Errorf("the price of the configuration file is lost: %s", got)
	}
}

func TestConsoleChangesAreUndoneAndProvidersOfItsOwnRemoved(t *testing.T) {
	p := serveIn(t, []string{"OCRMUX_PROVIDERS__JUMDATA__FIT=false"}, oneAccount)
	original := p.text(t)
	b := browse(t, desktop, p.url+"/console/providers/jumdata/configure")
	if got := b.text("#origins"); !strings.Contains(got, p.file+"，第 3 行") || !strings.Contains(got, "环境变量 OCRMUX_PROVIDERS__JUMDATA__FIT") || strings.Contains(got, p.overlay) {
		t.Errorf("the provider is set by %s", got)
	}
	if got := b.text(`.field:has([name="fit"])`); !strings.Contains(got, "OCRMUX_PROVIDERS__JUMDATA__FIT") {
		t.Errorf("the field that a variable sets is shown as %q", got)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="labels"]`), "residency:cn"), click("#do-save"), visible(".notice.good[role=status]"))
	if got := b.text("#origins"); !strings.Contains(got, p.file+"，第 3 行") || !strings.Contains(got, p.overlay) {
		t.Errorf("after a change, the provider is set by %s", got)
	}
	b.do(chromedp.Navigate(p.url+"/console/providers/jumdata/configure"), visible("#reset"))
	b.accessible()
	b.tabTo("#reset")
	b.do(keys(kb.Enter), visible("#do-reset"))
	b.accessible()
	b.tabTo("#do-reset")
	b.do(keys(kb.Enter), visible(".notice.good[role=status]"))
	if got := b.text(".notice.good"); got != "已恢复为配置文件中的设置。" {
		t.Errorf("the page says %q", got)
	}
	if got := p.changes(t); p.text(t) != original || strings.Contains(got, "jumdata") {
		t.Errorf("the files are\n%s\n%s", p.text(t), got)
	}

	form := url.Values{"do": {"save"}, "name": {"second"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL}}
	if status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=jumdata", form); status != http.StatusOK {
		t.Fatalf("a second provider is answered with %d\n%s", status, page)
	}
	b.do(chromedp.Navigate(p.url+"/console/providers/second/configure"), visible("#reset"), click("#reset"), visible("#do-reset"))
	if got := b.text("#do-reset"); got != "删除该服务商" {
		t.Errorf("the button says %q", got)
	}
	b.do(click("#do-reset"), visible(".notice.good[role=status]"))
	if got := b.text("main"); !strings.Contains(got, "已删除该服务商。") || strings.Contains(got, "second") {
		t.Errorf("the page says %q", got)
	}
	if got := p.changes(t); strings.Contains(got, "second") {
		t.Errorf("the console's file is\n%s", got)
	}
}

func TestProviderThatARouteNeedsIsNotRemoved(t *testing.T) {
	p := serve(t, oneAccount)
	form := url.Values{"do": {"save"}, "name": {"second"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL}}
	if status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=jumdata", form); status != http.StatusOK {
		t.Fatalf("a second provider is answered with %d\n%s", status, page)
	}
	writeFile(t, p.file, strings.ReplaceAll(p.text(t), "[jumdata]", "[jumdata, second]"))
	before := p.changes(t)
	status, page := fetch(t, http.DefaultClient, p.url+"/console/providers/second/configure", url.Values{"do": {"reset"}})
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "routes.default.providers") || p.changes(t) != before {
		t.Errorf("answered with %d\n%s\n%s", status, page, p.changes(t))
	}
}

func TestConfigureFormFitsAPhoneAndHasWordsInEnglishToo(t *testing.T) {
	p := serve(t, oneAccount)
	small := view{language: "en", width: 390, height: 844, phone: true, dark: true}
	b := browse(t, small, p.url+"/console/configure?plugin=acme", "status of 422")
	for range 2 {
		b.accessible()
		if keys := unworded.FindAllString(eval[string](b, "document.querySelector('main').innerText"), -1); len(keys) > 0 {
			t.Errorf("there are no words for %s", keys)
		}
		eval[bool](b, `(document.querySelector('[role=alert]')?.remove(), true)`) // so that the next one is awaited
		b.do(click("#do-check"), visible("[role=alert]"))
	}
	if got := b.text("[role=alert]"); !strings.Contains(got, "The secrets are not complete.") || !strings.Contains(got, "app_code, or app_key and app_secret") {
		t.Errorf("without secrets, the page says %s", got)
	}
	if got := b.text(`.field:has([name="config/endpoint"]) .field-problem`); !strings.Contains(got, "missing") {
		t.Errorf("without an endpoint, its field says %s", got)
	}
}

func TestProviderIsCheckedWithoutACall(t *testing.T) {
	p := serve(t, `providers: {acme: {config: {endpoint: VENDOR/acme}, secrets: {app_code: "env:SECRET"}}}`) // whose own host is nowhere
	var called atomic.Bool
	p.vendor.on("acme", func(http.ResponseWriter, *http.Request) { called.Store(true) })
	b := browse(t, desktop, p.url+"/console/providers/acme")
	b.do(click("#check"), visible("#check-result"))
	got := b.text("#check-result")
	for _, want := range []string{"服务商", "已加载 acme 1.2.0（声明式）", "密钥", "网络", "内答复", "时钟"} {
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

func TestSecretThatIsTypedInIsRefusedAndNotShownAgain(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	for _, do := range []string{"check", "save"} {
		status, page := fetch(t, http.DefaultClient, address, url.Values{"do": {do}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"hunter2-itself"}, "config/endpoint": {p.vendorURL}})
		if status != http.StatusUnprocessableEntity || strings.Contains(page, "hunter2") || !strings.Contains(page, "not a source of a secret") {
			t.Errorf("%s answers with %d\n%s", do, status, page)
		}
	}
	if strings.Contains(p.text(t)+p.said.String(), "hunter2") {
		t.Error("the secret was kept")
	}
}

func TestConfigurationIsForAdminsOnly(t *testing.T) {
	p := serve(t, oneAccount+"tenants:\n  bank: {keys: [\""+access.Hash(bankKey).String()+"\"]}\n  ops: {admin: true, keys: [\""+access.Hash(adminKey).String()+"\"]}\n")
	bank, ops := client(t, p.url, bankKey), client(t, p.url, adminKey)
	for _, at := range []string{"/console/providers/jumdata/configure", "/console/configure?plugin=acme"} {
		for form, what := range map[*url.Values]string{nil: "looking", {"do": {"save"}}: "saving"} {
			var values url.Values
			if form != nil {
				values = *form
			}
			if status, page := fetch(t, bank, p.url+at, values); status != http.StatusForbidden || strings.Contains(page, filepath.Base(p.file)) || strings.Contains(page, filepath.Base(p.overlay)) {
				t.Errorf("%s at %s is answered with %d\n%s", what, at, status, page)
			}
			if status, _ := fetch(t, http.DefaultClient, p.url+at, values); values != nil && status != http.StatusUnauthorized {
				t.Errorf("%s at %s is answered with %d to somebody who has not signed in", what, at, status)
			}
		}
		if status, page := fetch(t, bank, p.url+"/console/providers/jumdata", nil); status != http.StatusOK || strings.Contains(page, filepath.Base(p.file)) {
			t.Errorf("a tenant gets %d, or sees the name of the file:\n%s", status, page)
		}
		if status, page := fetch(t, ops, p.url+at, nil); status != http.StatusOK || !strings.Contains(page, p.overlay) {
			t.Errorf("an admin gets %d at %s", status, at)
		}
	}
}

func TestConfigurationThatSomebodyElseHasChangedIsNotOverwritten(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	_, first := fetch(t, http.DefaultClient, address, nil)
	_, second := fetch(t, http.DefaultClient, address, nil)
	form := func(page, setting string) url.Values {
		return url.Values{
			"do": {"save"}, "version": {versionOf(t, page)}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL + setting},
		}
	}
	if status, page := fetch(t, http.DefaultClient, address, form(first, "/first")); status != http.StatusOK || !strings.Contains(p.changes(t), "/first") {
		t.Fatalf("the first window is answered with %d\n%s", status, page)
	}
	saved := p.changes(t)
	refused := func(who, page string) {
		t.Helper()
		status, page := fetch(t, http.DefaultClient, address, form(page, "/second"))
		if status != http.StatusConflict || !strings.Contains(page, "somebody has changed the configuration") || p.changes(t) != saved {
			t.Errorf("%s: answered with %d, and the console's file is\n%s", who, status, p.changes(t))
		}
	}
	refused("a second window", second)
	reset := form(second, "")
	reset.Set("do", "reset")
	if status, _ := fetch(t, http.DefaultClient, address, reset); status != http.StatusConflict || p.changes(t) != saved {
		t.Errorf("going back to the file in a second window is answered with %d, and the console's file is\n%s", status, p.changes(t))
	}
	_, second = fetch(t, http.DefaultClient, address, nil)
	byHand := p.text(t) + "# changed by hand\n"
	writeFile(t, p.file, byHand)
	refused("after a change by hand", second)
	_, second = fetch(t, http.DefaultClient, address, nil)
	if status, _ := fetch(t, http.DefaultClient, address, form(second, "/second")); status != http.StatusOK || !strings.Contains(p.changes(t), "/second") || p.text(t) != byHand {
		t.Errorf("after another look: %d\n%s\n%s", status, p.changes(t), p.text(t))
	}
}

func TestSavesAtTheSameTimeLoseNothing(t *testing.T) {
	p := serve(t, oneAccount)
	const windows = 8
	pages, saved := make([]string, windows), make([]atomic.Int32, windows)
	for i := range windows {
		_, pages[i] = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", nil)
	}
	var all sync.WaitGroup
	for i := range windows {
		all.Go(func() {
			form := url.Values{"do": {"save"}, "version": {versionOf(t, pages[i])}, "name": {fmt.Sprintf("acme-%d", i)}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {"https://api.acme.example"}}
			status, _ := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
			saved[i].Store(int32(status))
		})
	}
	all.Wait()
	winners := 0
	for i := range windows {
		status, there := saved[i].Load(), strings.Contains(p.changes(t), fmt.Sprintf("acme-%d:", i))
		if status == http.StatusOK {
			winners++
		}
		if (status == http.StatusOK) != there || status != http.StatusOK && status != http.StatusConflict {
			t.Errorf("window %d is answered with %d, and its provider is there: %v", i, status, there)
		}
	}
	if winners != 1 {
		t.Errorf("%d windows have saved what they based on the same state", winners)
	}
}

func TestConfigurationFileThatNobodyCanEditSafelyIsNoObstacle(t *testing.T) {
	p := serve(t, `providers:
  jumdata: &account
    plugin: jumdata
    config: {endpoint: VENDOR/jumdata}
    secrets: {app_id: "env:ID", app_secret: "env:SECRET"}
  second: *account
`)
	if err := os.Chmod(p.file, 0o400); err != nil {
		t.Fatal(err)
	}
	before := p.text(t)
	address := p.url + "/console/providers/jumdata/configure"
	form := url.Values{"do": {"save"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL + "/other"}}
	status, page := fetch(t, http.DefaultClient, address, form)
	if got := p.changes(t); status != http.StatusOK || p.text(t) != before || !strings.Contains(got, "  jumdata:\n") || strings.Contains(got, "second") {
		t.Errorf("an alias and a file without permission to write are answered with %d\n%s\n%s", status, page, got)
	}
	if _, page := fetch(t, http.DefaultClient, p.url+"/console/providers/second/configure", nil); strings.Contains(page, "/other") {
		t.Error("the other provider has changed, too")
	}
}

func TestFilesThatAreMalformedAreNamedAndTheGatewayKeepsServing(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	writeFile(t, p.overlay, "routes: {}\n")
	if status, page := fetch(t, http.DefaultClient, address, nil); status != http.StatusServiceUnavailable || !strings.Contains(page, p.overlay+":1:1: routes: ") {
		t.Errorf("a file that the console did not write is answered with %d\n%s", status, page)
	}
	writeFile(t, p.file, "providers: [")
	if status, page := fetch(t, http.DefaultClient, address, nil); status != http.StatusServiceUnavailable || !strings.Contains(page, "YAML") {
		t.Errorf("a file that is no YAML is answered with %d\n%s", status, page)
	}
	for _, at := range []string{"/console/providers", "/console/providers/jumdata"} {
		if status, _ := fetch(t, http.DefaultClient, p.url+at, nil); status != http.StatusOK {
			t.Errorf("the gateway no longer shows %s: %d", at, status)
		}
	}
}

func TestConsoleFileThatSomebodyChangesIsLoaded(t *testing.T) {
	p := serve(t, oneAccount)
	writeFile(t, p.overlay, "providers: {acme: {config: {endpoint: \"https://api.acme.example\"}, secrets: {app_code: \"env:SECRET\"}}}\n")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, page := fetch(t, http.DefaultClient, p.url+"/console/providers", nil); strings.Contains(page, `id="provider-acme"`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the provider is not there: %s", p.said)
		}
	}
	if !strings.Contains(p.said.String(), "ocrmux.console.yaml has changed") {
		t.Errorf("the log says\n%s", p.said)
	}
}

func TestConfigureWithoutAFileShowsWhatToWriteIntoOne(t *testing.T) {
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
	for name, want := range map[string]string{"": "Give the provider a name.", "No Name": "is not a possible name"} {
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

// readOnly returns an empty file on a file system that nobody can write.
func readOnly(t *testing.T) string {
	t.Helper()
	const path = "/sys/class/net/lo/ifalias"
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		_, err = os.ReadFile(real)
	}
	if err != nil {
		testenv.Missing(t, "a file that nobody can write, such as %s: %v", readOnly, err)
	}
	return path
}

func TestFolderThatCannotBeWrittenIsNamedAndTheFormShowsWhatToWrite(t *testing.T) {
	file := readOnly(t)
	p := serve(t, "", "--config", file)
	status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", nil)
	if status != http.StatusOK || !strings.Contains(page, file+".console.yaml cannot be written") || !strings.Contains(page, "console.file") || strings.Contains(page, "do-save") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form := url.Values{"do": {"check"}, "name": {"acme"}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {p.vendorURL}}
	status, page = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
	if status != http.StatusOK || !strings.Contains(page, "acme:\n") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form.Set("do", "save")
	if status, page = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form); status != http.StatusConflict || !strings.Contains(page, "Nothing was saved: "+file+".console.yaml") {
		t.Errorf("saving is answered with %d\n%s", status, page)
	}
}

func TestFileThatCannotBeWrittenIsNoObstacleToAConsoleFileElsewhere(t *testing.T) {
	for name, file := range map[string]string{"a read-only file": readOnly(t), "no file": ""} {
		t.Run(name, func(t *testing.T) {
			overlay := filepath.Join(t.TempDir(), "console.yaml")
			var flags []string
			if file != "" {
				flags = []string{"--config", file}
			}
			p := serveIn(t, []string{"OCRMUX_CONSOLE__FILE=" + overlay}, "", flags...)
			p.overlay = overlay
			form := url.Values{"do": {"save"}, "name": {"acme"}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {"https://api.acme.example"}}
			status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
			if status != http.StatusOK || !strings.Contains(page, "loaded") || !strings.Contains(p.changes(t), "acme:\n") {
				t.Errorf("saving is answered with %d\n%s\n%s", status, page, p.changes(t))
			}
		})
	}
}
