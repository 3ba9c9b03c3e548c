package console_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ocrmux/ocrmux/host/internal/access"
)

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
