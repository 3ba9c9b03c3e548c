package server_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

const recognize = "/v1/recognize"

func withoutDoors(c *engine.Config) { c.FrontDoors = nil }

func inJSON(t testing.TB, members map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAPIReadsACardInEveryForm(t *testing.T) {
	t.Parallel()
	picture := card(t)
	images := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture) }))
	defer images.Close()
	c := openWith(t, func(c *engine.Config) {
		withoutDoors(c)
		c.FetchAllow = []string{strings.TrimPrefix(images.URL, "http://")}
	}, nil).caller(t, "")
	direct, err := c.engine.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(picture), Side: engine.Front})
	if err != nil {
		t.Fatal(err)
	}
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	file, err := parts.CreateFormFile("image", "card.jpg")
	if err == nil {
		_, err = file.Write(picture)
	}
	if err == nil {
		err = parts.WriteField("side", "front")
	}
	if err == nil {
		err = parts.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]answer{
		"raw":           c.post(t, recognize+"?side=front", "image/jpeg", picture),
		"multipart":     c.post(t, recognize, parts.FormDataContentType(), form.Bytes()),
		"base64":        c.post(t, recognize, "", inJSON(t, map[string]any{"side": "front", "image_base64": picture})),
		"an address":    c.post(t, recognize, "", inJSON(t, map[string]any{"side": "front", "image_url": images.URL + "/card.jpg", "fetch": true})),
		"by a provider": c.post(t, recognize+"?side=front&provider=one", "image/jpeg", picture),
		"by a route":    c.post(t, recognize+"?side=front&route=default", "image/jpeg", picture),
	} {
		got := into[engine.Recognition](t, a)
		if diff := cmp.Diff(direct, &got, cmpopts.IgnoreFields(engine.Attempt{}, "Started", "Duration", "Reason")); diff != "" {
			t.Errorf("%s: -engine +API\n%s", name, diff)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept by others: %v", name, a.header)
		}
	}
}

func TestAPIAnswersEveryFailureWithAProblem(t *testing.T) {
	t.Parallel()
	c := openWith(t, withoutDoors, func(c *server.Config) { c.MaxPictureBytes = 1 << 20 }).caller(t, "")
	picture := card(t)
	raw := func(query string) answer { return c.post(t, recognize+query, "image/jpeg", picture) }
	c.vendor.answer.Store(new(`{"code": 500, "msg": "不应被问到"}`))
	raw("?route=nowhere").refusedAs(t, "an unknown route", 404, "invalid_request", says(message.RefusedNoRoute))
	raw("?provider=nobody").refusedAs(t, "an unknown provider", 404, "invalid_request", says(message.RefusedNoProvider))
	raw("?provider=one&route=default").refusedAs(t, "route and provider", 400, "invalid_request", says(message.RefusedBoth))
	raw("?side=top").refusedAs(t, "a wrong parameter", 400, "invalid_request", says(message.RefusedNotSide, "name", "side"))
	c.post(t, recognize, "", []byte(`{`)).refusedAs(t, "half a body", 400, "invalid_request", says(message.RefusedCutOff))
	c.post(t, recognize, "", []byte(`{"image_base64": "!"}`)).refusedAs(t, "no base64", 400, "invalid_image", says(message.RefusedNotBase64, "name", "image_base64"))
	c.post(t, recognize, "text/plain", picture).refusedAs(t, "an unknown form", 415, "invalid_request", says(message.RefusedContentType))
	c.post(t, recognize, "image/jpeg", []byte("%PDF-1.7 hunter2")).refusedAs(t, "a PDF", 415, "invalid_image", "pdf")
	c.post(t, recognize, "image/gif", gifOf(t)).refusedAs(t, "a GIF", 415, "invalid_image", "gif")
	c.post(t, recognize, "image/jpeg", picture[:2000]).refusedAs(t, "half a picture", 422, "invalid_image", "the picture is refused")
	c.post(t, recognize, "image/png", heavy(t, 2<<20)).refusedAs(t, "a large picture", 413, "invalid_image", says(message.RefusedTooLarge, "limit", 1<<20))
	c.post(t, recognize, "", inJSON(t, map[string]any{"image_url": "https://127.0.0.1:1/card.jpg", "fetch": true})).refusedAs(t, "a private address", 422, "invalid_image", "cannot be fetched")
	if n := c.vendor.asked.Load(); n != 0 {
		t.Errorf("the vendor was asked %d times", n)
	}
	for _, f := range []struct {
		answer string
		status int
		kind   string
	}{
		{`{"code": 301, "msg": "识别失败", "charge": true}`, 422, "unreadable"},
		{`{"code": 200, "msg": "成功", "charge": true, "data": {"result": 2}}`, 422, "no_document"},
		{`{"code": 400, "msg": "照片格式不正确"}`, 422, "invalid_image"},
		{`{"code": 400, "msg": "参数错误"}`, 400, "invalid_request"},
		{`{"code": 404, "msg": "接口地址不正确"}`, 502, "provider_error"},
		{`{"code": 604, "msg": "接口停用"}`, 503, "unavailable"},
		{`{"code": 610, "msg": "请求超时"}`, 504, "timeout"},
		{`{"code": 999, "msg": "其他"}`, 502, "provider_error"},
		{`no JSON`, 502, "provider_error"},
		{`{"code": 601, "msg": "接口未开通"}`, 502, "permission_denied"}, // parks the account
	} {
		c.vendor.answer.Store(&f.answer)
		raw("").refusedAs(t, f.answer, f.status, f.kind, "")
	}
	a := raw("")
	a.refusedAs(t, "a parked provider", 503, "unavailable", "is parked")
	if a.header.Get("Retry-After") == "" {
		t.Errorf("there is no Retry-After: %s", a.body)
	}
	c.get(t, "/v1/nothing").refusedAs(t, "no such path", 404, "invalid_request", says(message.RefusedNoPath))
	a = c.get(t, recognize)
	a.refusedAs(t, "another method", 405, "invalid_request", says(message.RefusedMethod))
	if a.header.Get("Allow") != "POST" {
		t.Errorf("allowed are %q", a.header.Get("Allow"))
	}
}

func TestAPIDoesARequestWithTheSameKeyOnce(t *testing.T) {
	t.Parallel()
	c := openWith(t, withoutDoors, nil).caller(t, "")
	picture := card(t)
	ask := func(key, query string) answer {
		return c.post(t, recognize+query, "image/jpeg", picture, "Idempotency-Key", key)
	}
	first, again := ask("k1", ""), ask("k1", "")
	if first.body != again.body || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" || c.vendor.asked.Load() != 1 {
		t.Errorf("asked %d times: %s, then %s", c.vendor.asked.Load(), first.text(), again.text())
	}
	ask("k1", "?side=back").refusedAs(t, "another request", 422, "invalid_request", says(message.RefusedKeyReused))
	ask("", "").refusedAs(t, "an empty key", 400, "invalid_request", says(message.RefusedIdempotencyKey, "most", 255))
	ask(strings.Repeat("k", 256), "").refusedAs(t, "a long key", 400, "invalid_request", says(message.RefusedIdempotencyKey, "most", 255))

	c.vendor.answer.Store(new(`{"code": 500, "msg": "系统维护"}`))
	for range 2 {
		ask("k2", "").refusedAs(t, "what may succeed later", 503, "unavailable", "")
	}
	tried := c.vendor.asked.Load()
	c.vendor.answer.Store(new(`{"code": 301, "msg": "识别失败", "charge": true}`))
	paid := ask("k3", "")
	c.vendor.answer.Store(nil)
	if a := ask("k3", ""); a.body != paid.body || a.status != 422 || c.vendor.asked.Load() != tried+1 {
		t.Errorf("what was paid for is bought again: %s", a.text())
	}
	if a := ask("k2", ""); a.status != 200 {
		t.Errorf("after the failure: %s", a.text())
	}
}

func TestAPIKeepsTheAnswerForACallerThatGaveUp(t *testing.T) {
	t.Parallel()
	c := openWith(t, withoutDoors, nil).caller(t, "")
	asked, finish := make(chan struct{}), make(chan struct{})
	hold := func(*http.Request) { close(asked); <-finish }
	c.vendor.hold.Store(&hold)
	connection := c.dial(t, "POST /v1/recognize HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nIdempotency-Key: k\r\nContent-Length: "+itoa(len(card(t)))+"\r\n\r\n"+string(card(t)))
	<-asked
	second := make(chan answer, 1)
	request := c.request(t, recognize, "image/jpeg", card(t), "Idempotency-Key", "k")
	go func() {
		a, err := c.try(request)
		if err != nil {
			t.Error(err)
		}
		second <- a
	}()
	if err := connection.Close(); err != nil {
		t.Fatal(err)
	}
	close(finish)
	if a := <-second; a.status != 200 || a.header.Get("Idempotency-Replayed") != "true" || c.vendor.asked.Load() != 1 {
		t.Errorf("asked %d times: %s", c.vendor.asked.Load(), a.text())
	}
}

func TestAPIShowsAndParksProviders(t *testing.T) {
	t.Parallel()
	price := money.Amount(45_000)
	c := openWith(t, func(c *engine.Config) {
		withoutDoors(c)
		p := c.Providers["one"]
		p.Price.PerCall = &price
		c.Providers["one"] = p
		c.Money.Budgets = []money.Budget{{Scope: money.ScopeProvider, Name: "one", Per: money.Day, Limit: money.Units{Calls: 100}}}
	}, nil).caller(t, "")
	type list struct {
		Currency  string
		Providers []service.Provider
	}
	all := into[list](t, c.get(t, "/v1/providers"))
	names := []string{}
	for _, p := range all.Providers {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"one", "two", "showapi", "wapi"}, names); diff != "" || all.Currency != "CNY" {
		t.Error(diff, all.Currency)
	}
	one := into[service.Provider](t, c.get(t, "/v1/providers/one"))
	if one.Plugin != "jumdata" || one.State != "ready" || one.Version == "" || one.Standing == nil || one.Standing.Price != price || one.Standing.Breaker != "closed" || len(one.Budgets) != 1 {
		t.Errorf("%+v", one)
	}
	c.get(t, "/v1/providers/three").refusedAs(t, "an unknown one", 404, "invalid_request", says(message.RefusedNoProvider))

	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	parked := into[service.Provider](t, c.post(t, "/v1/providers/one/park", "", inJSON(t, map[string]any{"reason": "maintenance", "until": until})))
	if parked.Standing.Ready || parked.Standing.Parked == nil || parked.Standing.Parked.Reason.String() != "maintenance" || !parked.Standing.Until.Equal(until) || !strings.Contains(parked.Standing.Why.String(), "maintenance") {
		t.Errorf("%+v", parked.Standing)
	}
	c.post(t, recognize, "image/jpeg", card(t)).refusedAs(t, "a parked provider", 503, "unavailable", "maintenance")
	if p := into[service.Provider](t, c.post(t, "/v1/providers/one/unpark", "", nil)); !p.Standing.Ready {
		t.Errorf("%+v", p.Standing)
	}
	if p := into[service.Provider](t, c.post(t, "/v1/providers/one/park", "", nil)); p.Standing.Ready {
		t.Errorf("%+v", p.Standing)
	}
	c.post(t, "/v1/providers/three/park", "", nil).refusedAs(t, "an unknown one", 404, "invalid_request", says(message.RefusedNoProvider))
	c.post(t, "/v1/providers/three/unpark", "", nil).refusedAs(t, "an unknown one", 404, "invalid_request", says(message.RefusedNoProvider))
	c.post(t, "/v1/providers/one/park", "", []byte(`{"until": "2020-01-01T00:00:00Z"}`)).refusedAs(t, "a time that is over", 400, "invalid_request", says(message.RefusedPast))
	c.post(t, "/v1/providers/one/park", "", []byte(`{"reasn": "hunter2"}`)).refusedAs(t, "an unknown member", 422, "invalid_request", "unexpected property")
	c.post(t, "/v1/providers/one/park", "", []byte(`{`)).refusedAs(t, "no JSON", 400, "invalid_request", "")
}

func TestAPIShowsRoutesUsageAndBudgets(t *testing.T) {
	t.Parallel()
	price := money.Amount(45_000)
	c := openWith(t, func(c *engine.Config) {
		withoutDoors(c)
		p := c.Providers["one"]
		p.Price.PerCall = &price
		c.Providers["one"] = p
		c.Money.Budgets = []money.Budget{{Scope: money.ScopeRoute, Name: "default", Per: money.Month, Limit: money.Units{Amount: 1_000_000}}}
	}, nil).caller(t, "")
	into[engine.Recognition](t, c.post(t, recognize, "image/jpeg", card(t)))

	type routes struct{ Routes []service.Route }
	want := []service.Route{{Name: "default", Default: true, Policy: route.Failover, Providers: []string{"one"}}, {Name: "portrait", Policy: route.Failover, Providers: []string{"two"}}}
	if diff := cmp.Diff(want, into[routes](t, c.get(t, "/v1/routes")).Routes); diff != "" {
		t.Error(diff)
	}
	ranking := into[engine.Ranking](t, c.get(t, "/v1/routes/default/explain?side=front&extras=portrait,seal"))
	if len(ranking.Providers) != 1 || ranking.Providers[0].Ready || !strings.Contains(ranking.Providers[0].Why.String(), "portrait") {
		t.Errorf("%+v", ranking)
	}
	c.get(t, "/v1/routes/nowhere/explain").refusedAs(t, "an unknown route", 404, "invalid_request", says(message.RefusedNoRoute))
	c.get(t, "/v1/routes/default/explain?side=hunter2").refusedAs(t, "a wrong side", 422, "invalid_request", "query.side")
	c.get(t, "/v1/routes/default/explain?sied=front").refusedAs(t, "a mistyped parameter", 422, "invalid_request", "unknown query parameter")

	usage := into[server.Usage](t, c.get(t, "/v1/usage?by=provider,route"))
	if diff := cmp.Diff([]money.UsageRow{{Provider: "one", Route: "default", Calls: 1, Attempts: 1, Billed: 1, Cost: price}}, usage.Rows); diff != "" {
		t.Error(diff)
	}
	if rows := into[server.Usage](t, c.get(t, "/v1/usage?from=2020-01-01&to=2020-02-01T00:00:00%2B08:00")).Rows; len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
	c.get(t, "/v1/usage?from=yesterday").refusedAs(t, "no day", 400, "invalid_request", says(message.RefusedDays))
	c.get(t, "/v1/usage?by=moon").refusedAs(t, "an unknown dimension", 422, "invalid_request", "query.by")

	type budgets struct{ Budgets []money.BudgetStatus }
	list := into[budgets](t, c.get(t, "/v1/budgets")).Budgets
	if len(list) == 0 || list[0].Name != "default" || list[0].Spent.Amount != price {
		t.Errorf("%+v", list)
	}
}

func TestAPIDescribesHealthChecks(t *testing.T) {
	t.Parallel()
	c := openWith(t, withoutDoors, nil).caller(t, "")
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := c.get(t, path); a.status != 200 {
			t.Errorf("%s: %s", path, a.text())
		}
	}
}

func TestProblemsForPathsThatAreNotThere(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	for _, path := range []string{"/nope", "/metrics", "/v1", "/ocr/idcard-v1/"} {
		b.ask(t, get(t, b, path)).refusedAs(t, path, 404, "invalid_request", says(message.RefusedNoPath))
	}
}
