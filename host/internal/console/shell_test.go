package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

const (
	bankKey  = "S3CRET-key-of-the-bank"
	adminKey = "S3CRET-key-of-the-admin"
)

func withTenants(_ *engine.Config, s *server.Config) {
	s.Tenants = []access.Config{
		{Name: "bank", Keys: []access.KeyHash{access.Hash(bankKey)}, Routes: []string{"here"}},
		{Name: "ops", Keys: []access.KeyHash{access.Hash(adminKey)}, Admin: true},
	}
}

func TestPeopleSignInWithAKeyAndSignOutByKeyboardAlone(t *testing.T) {
	g := open(t, withTenants)
	b := browse(t, desktop, g.url, "status of 401")
	if got := b.text("h1"); got != "登录" {
		t.Fatalf("the first page is %q, want 登录", got)
	}
	b.do(keys("wrong"), keys(kb.Enter), visible("[role=alert]"))
	if got := b.text("[role=alert]"); got != "密钥无效。" {
		t.Errorf("a wrong key is answered with %q", got)
	}
	b.do(keys(bankKey), keys(kb.Enter), visible("nav"))
	if got := b.text(".who"); got != "bank" {
		t.Errorf("%q has signed in, want bank", got)
	}
	b.tabTo("form[action$=sign-out] button")
	b.do(keys(kb.Enter), visible("#key"), chromedp.Navigate(g.url), visible("#key"))
}

func TestASessionEndsWithItsKey(t *testing.T) {
	g := open(t, withTenants)
	b := browse(t, desktop, g.url)
	b.do(keys(bankKey+kb.Enter), visible("nav"))
	g.server.SetTenants([]access.Config{{Name: "ops", Keys: []access.KeyHash{access.Hash(adminKey)}, Admin: true}})
	b.do(chromedp.Navigate(g.url), visible("#key"))
}

func TestTheLanguageIsTheBrowsersUntilSomebodyChooses(t *testing.T) {
	g := open(t, nil)
	b := browse(t, view{language: "en", width: 400, height: 800, phone: true}, g.url)
	if got := b.text("h1"); got != "Read a card" {
		t.Errorf("the page says %q in English", got)
	}
	b.do(click("button[value=zh]"), visible("html[lang^=zh] h1"))
	if got := b.text("h1"); got != "识别证件" {
		t.Errorf("the page says %q in Chinese", got)
	}
}

func TestPagesOfOtherOriginsAndOtherHostsGetNothing(t *testing.T) {
	g := open(t, nil)
	for name, change := range map[string]func(*http.Request){
		"another origin": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another host":   func(r *http.Request) { r.Host = "evil.example" },
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+"/console/language", strings.NewReader("language=zh"))
			if name == "another host" {
				r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, g.url+"/", nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			change(r)
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusForbidden {
				t.Errorf("answered with %d", answer.StatusCode)
			}
		})
	}
}
