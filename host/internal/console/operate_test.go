package console_test

import (
	"encoding/csv"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/internal/money"
)

// unworded finds keys of words that a page shows because they have no text.
var unworded = regexp.MustCompile(`\b(providers?|usage|configure|read|shell|refused|failure|billed|outcome|side|document)\.[a-z_-]+\b`)

func withBudgets(c *engine.Config, _ *server.Config) {
	c.Money.Budgets = []money.Budget{
		{Scope: money.ScopeProvider, Name: "jumdata", Per: money.Month, Limit: money.Units{Amount: 20 * money.Micro, Calls: 2000}},
		{Scope: money.ScopeRoute, Name: "vendors", Per: money.Day, Limit: money.Units{Amount: money.Micro / 2}},
	}
}

// card is a specimen, 样本.
func card(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "examples", "cards", "specimen-front.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ask has a route read the specimen, and gives the provider that did; empty when none did.
func (g *gateway) ask(t *testing.T, req engine.Request) string {
	t.Helper()
	req.Picture = engine.Given(card(t))
	r, err := g.engine.Recognize(t.Context(), req)
	if err != nil {
		return ""
	}
	return r.Attempts[len(r.Attempts)-1].Provider
}

// fails is a vendor whose answer has a status and nothing else.
func fails(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// client signs in with a key and calls without a browser.
func client(t *testing.T, address, key string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	answer, err := c.PostForm(address+"/console/sign-in", url.Values{"key": {key}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return c
}

// fetch gives a page's status and text. With a form, that is posted.
func fetch(t *testing.T, c *http.Client, address string, form url.Values) (int, string) {
	t.Helper()
	var answer *http.Response
	var err error
	if form == nil {
		answer, err = c.Get(address)
	} else {
		answer, err = c.PostForm(address, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func TestAProviderIsDisabledTheNextOneTakesItsPlaceAndItIsEnabledAgainByKeyboardAlone(t *testing.T) {
	g := open(t, withBudgets)
	b := browse(t, desktop, g.url+"/console/providers")
	if got := b.text("#provider-jumdata .tag"); got != "可用" {
		t.Errorf("a provider that is ready is %q", got)
	}
	if got := g.ask(t, engine.Request{Route: "vendors"}); got != "jumdata" {
		t.Fatalf("%q is asked first", got)
	}
	b.do(chromedp.Navigate(g.url + "/console/providers/jumdata"))
	b.tabTo("#reason")
	b.do(keys("额度核对"))
	b.tabTo("form[action$=disable] button")
	b.do(keys(kb.Enter), visible("[role=status]"))
	if got := b.text("[role=status]"); got != "服务商已停用。" {
		t.Errorf("the page says %q", got)
	}
	b.do(chromedp.Navigate(g.url+"/console/providers"), visible("#provider-jumdata"))
	if got := b.text("#provider-jumdata"); !strings.Contains(got, "已停用") || !strings.Contains(got, "额度核对") || !strings.Contains(got, "需手动启用") || !strings.Contains(got, "当前不调用") {
		t.Errorf("a disabled provider is shown as %s", got)
	}
	if got := g.ask(t, engine.Request{Route: "vendors"}); got != "duguang" {
		t.Errorf("%q is asked in the place of the disabled one", got)
	}
	b.tabTo("#provider-jumdata form[action$=enable] button")
	b.do(keys(kb.Enter), visible("[role=status]"))
	if got := b.text(".card-head .tag"); got != "可用" {
		t.Errorf("after it was enabled it is %q", got)
	}
	if got := g.ask(t, engine.Request{Route: "vendors"}); got != "jumdata" {
		t.Errorf("%q is asked after it was enabled", got)
	}
}

func TestAProviderThatItsVendorRefusedIsShownAsSuspended(t *testing.T) {
	g := open(t, nil)
	g.vendor.on("jumdata", says(`{"code": 603, "msg": "余额不足", "charge": false}`))
	_ = g.ask(t, engine.Request{Route: "vendors"})
	_, page := fetch(t, http.DefaultClient, g.url+"/console/providers/jumdata", nil)
	if !strings.Contains(page, "Suspended after “quota used up” until 2") {
		t.Errorf("the page is\n%s", page)
	}
}

func TestASpecimenTellsWhetherAProviderWorksAndShowsNothingOfTheCard(t *testing.T) {
	g := open(t, nil)
	b := browse(t, desktop, g.url+"/console/providers/jumdata")
	if got := b.text("#read"); got != "识别样本（¥0.05）" {
		t.Errorf("the button says %q", got)
	}
	b.tabTo("#read")
	b.do(keys(kb.Enter), visible("#read-go"))
	if got := b.text(".confirm strong"); got != "可能产生费用 ¥0.05。" {
		t.Errorf("before it costs anything, the page says %q", got)
	}
	b.do(click("#read-go"), visible("#read-result"))
	got := b.text("#read-result")
	for _, want := range []string{"识别成功", "¥0.05 · 已计费", "识别字段数"} {
		if !strings.Contains(got, want) {
			t.Errorf("the result does not say %q: %s", want, got)
		}
	}
	if page := b.html(); strings.Contains(page, "样本张三") || strings.Contains(page, "11010119900307803X") {
		t.Error("the page shows what stands on the card")
	}
	g.vendor.on("jumdata", fails(http.StatusServiceUnavailable))
	b.do(click("#read"), click("#read-go"), visible("#read-result .tag.bad"))
	if got := b.text("#read-result"); !strings.Contains(got, "识别失败") || !strings.Contains(got, "失败原因") {
		t.Errorf("of a vendor that is down, the result says %s", got)
	}
}

// page of the usage, in numbers.
type totals struct{ Calls, Attempts, Billed, Failed int64 }

func TestUsageShowsTheNumbersOfTheLedger(t *testing.T) {
	g := open(t, nil)
	for range 3 {
		g.ask(t, engine.Request{Route: "vendors"})
	}
	g.vendor.on("jumdata", fails(http.StatusServiceUnavailable))
	for range 2 {
		if got := g.ask(t, engine.Request{Route: "vendors"}); got != "duguang" {
			t.Fatalf("%q answers", got)
		}
	}
	b := browse(t, desktop, g.url+"/console/usage")
	count := func(id string) int64 {
		n, err := strconv.ParseInt(b.text(id), 10, 64)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	shown := totals{count("#total-calls"), count("#total-attempts"), count("#total-billed"), count("#total-failed")}
	u, err := g.engine.Usage(t.Context(), money.Query{})
	if err != nil {
		t.Fatal(err)
	}
	row := u.Rows[0]
	if diff := cmp.Diff(totals{row.Calls, row.Attempts, row.Billed, row.Failed}, shown); diff != "" || row.Calls != 5 {
		t.Errorf("ledger and page (-, +):\n%s", diff)
	}
	if got, want := b.text("#total-cost"), "¥"+row.Cost.String(); got != want && got != want+"0" {
		t.Errorf("the page says %s, the ledger %s", got, want)
	}
	if n := eval[int](b, "document.querySelectorAll('.chart g rect[class]').length"); n != 4 {
		t.Errorf("two charts of two providers on one day have %d bars", n)
	}
	sum := int64(0)
	for _, r := range table(t, g.url+"/console/usage.csv") {
		n, err := strconv.ParseInt(r["calls"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if sum != row.Calls {
		t.Errorf("the calls of the CSV come to %d", sum)
	}
}

// table reads a CSV.
func table(t *testing.T, address string) []map[string]string {
	t.Helper()
	status, text := fetch(t, http.DefaultClient, address, nil)
	if status != http.StatusOK {
		t.Fatalf("answered with %d", status)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatal(err, text)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := make(map[string]string)
		for i, name := range rows[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func TestUsageOfDaysThatAreNoneFallsBackAndSaysSo(t *testing.T) {
	g := open(t, nil)
	for query, want := range map[string]string{
		"from=2026-13-01": "such as 2026-11-01", "from=2026-02-02&to=2026-02-01": "after the last day", "from=2020-01-01&to=2026-01-01": "At most 400 days", "by=colour": "such as 2026-11-01",
	} {
		status, page := fetch(t, http.DefaultClient, g.url+"/console/usage?"+query, nil)
		if status != http.StatusBadRequest || !strings.Contains(page, want) {
			t.Errorf("%s is answered with %d, without %q", query, status, want)
		}
		if status, _ := fetch(t, http.DefaultClient, g.url+"/console/usage.csv?"+query, nil); status != http.StatusBadRequest {
			t.Errorf("as CSV, %s is answered with %d", query, status)
		}
	}
	status, page := fetch(t, http.DefaultClient, g.url+"/console/usage", nil)
	if status != http.StatusOK || !strings.Contains(page, "There were no calls") {
		t.Errorf("without any call: %d\n%s", status, page)
	}
}

func TestTenantsSeeTheirProvidersAndUsageAndManageNothing(t *testing.T) {
	g := open(t, func(c *engine.Config, s *server.Config) {
		withTenants(c, s)
		s.Tenants[0].Routes = []string{"vendors"}
	})
	g.ask(t, engine.Request{Route: "vendors", Tenant: "bank"})
	g.ask(t, engine.Request{Route: "vendors", Tenant: "ops"})
	bank, ops := client(t, g.url, bankKey), client(t, g.url, adminKey)
	for address, shown := range map[string]map[string]bool{
		"/console/providers":         {"provider-jumdata": true, "provider-local": false, "<form method=\"post\" action=\"/console/providers": false, "Configure": false},
		"/console/providers/jumdata": {"Disable": false, "Read a specimen": false, "Overview": true},
		"/console/usage":             {"by-tenant": false, "<strong id=\"total-calls\">1</strong>": true},
	} {
		status, page := fetch(t, bank, g.url+address, nil)
		for text, want := range shown {
			if status != http.StatusOK || strings.Contains(page, text) != want {
				t.Errorf("%s is answered with %d; that it shows %q should be %v", address, status, text, want)
			}
		}
	}
	if status, _ := fetch(t, bank, g.url+"/console/providers/local", nil); status != http.StatusNotFound {
		t.Errorf("another's provider is answered with %d", status)
	}
	if status, _ := fetch(t, bank, g.url+"/console/usage.csv?by=tenant", nil); status != http.StatusBadRequest {
		t.Errorf("the usage by tenants is answered with %d", status)
	}
	for _, act := range []string{"disable", "enable", "check", "read-specimen"} {
		if status, _ := fetch(t, bank, g.url+"/console/providers/jumdata/"+act, url.Values{"until": {"enabled"}}); status != http.StatusForbidden {
			t.Errorf("%s is answered with %d", act, status)
		}
		if status, _ := fetch(t, ops, g.url+"/console/providers/nobody/"+act, url.Values{"until": {"enabled"}}); status != http.StatusNotFound {
			t.Errorf("%s of an unknown one is answered with %d", act, status)
		}
	}
	if status, _ := fetch(t, ops, g.url+"/console/providers/jumdata/disable", url.Values{"until": {"never"}}); status != http.StatusBadRequest {
		t.Errorf("a value that the form does not offer is answered with %d", status)
	}
	if got := g.ask(t, engine.Request{Route: "vendors", Tenant: "ops"}); got != "jumdata" {
		t.Errorf("%q is asked: somebody managed something", got)
	}
	if _, page := fetch(t, ops, g.url+"/console/usage?by=tenant", nil); !strings.Contains(page, "<th scope=\"row\">bank</th>") {
		t.Errorf("an admin does not see the tenants:\n%s", page)
	}
}

// busy opens a gateway at which calls were made for a month.
func busy(t *testing.T) *gateway {
	t.Helper()
	var now atomic.Int64
	end := time.Date(2026, 11, 22, 15, 30, 0, 0, time.FixedZone("", 8*3600))
	begun := time.Now()
	clock := func() time.Time { return time.Unix(0, now.Load()).Add(time.Since(begun)) }
	now.Store(end.UnixNano())
	g := open(t, func(c *engine.Config, s *server.Config) {
		withBudgets(c, s)
		c.Now, s.Now = clock, clock
		delete(c.Providers, "local")
		c.Routes = map[string]engine.Route{"default": {Providers: []string{"jumdata", "duguang"}}, "vendors": {Providers: []string{"duguang", "jumdata"}}}
		mobile := c.Providers["duguang"]
		mobile.Plugin = "duguang"
		c.Providers["duguang-mobile"] = mobile
		c.Routes["mobile"] = engine.Route{Providers: []string{"duguang-mobile"}}
	})
	for day := 29; day >= 0; day-- {
		now.Store(end.AddDate(0, 0, -day).UnixNano())
		weekday := clock().Weekday()
		calls := 9 + (day*7)%5
		if weekday == time.Saturday || weekday == time.Sunday {
			calls = 3 + day%3
		}
		for i := range calls {
			route := "default"
			switch i % 4 {
			case 1:
				route = "vendors"
			case 3:
				route = "mobile"
			}
			g.ask(t, engine.Request{Route: route})
		}
	}
	return g
}

func TestOperatorsPagesLookAsTheyShould(t *testing.T) {
	g := busy(t)
	if !g.engine.Park("duguang-mobile", "等待供应商补充额度", time.Date(2026, 11, 23, 0, 0, 0, 0, time.FixedZone("", 8*3600))) {
		t.Fatal("there is no such provider")
	}
	g.vendor.on("jumdata", says(`{"code": 603, "msg": "余额不足", "charge": false}`))
	g.ask(t, engine.Request{Route: "default"})
	pages := map[string]string{"providers": "/console/providers", "provider": "/console/providers/duguang", "usage": "/console/usage"}
	for _, x := range []struct {
		page, picture string
		as            view
	}{
		{"providers", "providers-zh", desktop}, {"providers", "providers-phone-zh", phone}, {"provider", "provider-en-dark", view{language: "en", width: 1280, height: 900, dark: true}},
		{"usage", "usage-zh", desktop}, {"usage", "usage-en-dark", view{language: "en", width: 1280, height: 900, dark: true}}, {"usage", "", phone}, {"provider", "", phone},
	} {
		t.Run(x.page+" "+x.picture, func(t *testing.T) {
			b := browse(t, x.as, g.url+pages[x.page])
			if x.page == "provider" && x.picture != "" {
				b.do(click("#read"), click("#read-go"), visible("#read-result"))
			}
			b.accessible()
			if keys := unworded.FindAllString(eval[string](b, "document.body.innerText"), -1); len(keys) > 0 {
				t.Errorf("there are no words for %s", keys)
			}
			if x.picture != "" {
				b.screenshot(x.picture)
			}
		})
	}
}
