package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Keys of the tenants.
const (
	bankKey  = "S3CRET-key-of-the-bank"
	shopKey  = "S3CRET-key-of-the-shop"
	adminKey = "S3CRET-key-of-the-admin"
)

func keys(all ...string) (hashes []access.KeyHash) {
	for _, k := range all {
		hashes = append(hashes, access.Hash(k))
	}
	return hashes
}

func tenants() []access.Config {
	return []access.Config{
		{Name: "bank", Keys: keys(bankKey), Routes: []string{"default"}}, {Name: "shop", Keys: keys(shopKey), Routes: []string{"portrait"}}, {Name: "ops", Keys: keys(adminKey), Admin: true},
	}
}

// openForTenants opens a server for a bank with a budget, a shop with another route, and an admin.
func openForTenants(t testing.TB, change func([]access.Config)) *bench {
	t.Helper()
	return openWith(t, func(c *engine.Config) {
		withoutDoors(c)
		price := money.Amount(45_000)
		p := c.Providers["one"]
		p.Price.PerCall = &price
		c.Providers["one"] = p
		c.Money.Budgets = []money.Budget{
			{Scope: money.ScopeTenant, Name: "bank", Per: money.Day, Limit: money.Units{Calls: 2}}, {Scope: money.ScopeProvider, Name: "two", Per: money.Day, Limit: money.Units{Calls: 1}},
		}
	}, func(c *server.Config) {
		c.Tenants = tenants()
		if change != nil {
			change(c.Tenants)
		}
	})
}

//attack:caller-identity asking each path without a key, and with wrong ones
func TestServerRevealsNothingWithoutAValidKey(t *testing.T) {
	t.Parallel()
	nobody := openForTenants(t, nil).caller(t, "")
	first := nobody.get(t, "/v1/providers")
	first.refusedAs(t, "no key", 401, "unauthenticated", says(message.RefusedKey))
	for _, key := range []string{"", "wrong", bankKey + "x", access.Hash(bankKey).String()} {
		for _, path := range []string{"/v1/providers", "/v1/providers/one", "/v1/routes", "/v1/routes/default/explain", "/v1/usage", "/v1/budgets"} {
			if a := nobody.as(key).get(t, path); a.status != 401 && a.status != 429 || a.status == 401 && (a.body != first.body || a.header.Get("WWW-Authenticate") != "Bearer") {
				t.Errorf("%s with %q: %s", path, key, a.text())
			}
		}
	}
	a := nobody.as("wrong").post(t, recognize, "image/jpeg", card(t))
	a.refusedAs(t, "after too many", 429, "rate_limited", says(message.RefusedAddress))
	if a.header.Get("Retry-After") == "" || nobody.vendor.asked.Load() != 0 {
		t.Errorf("%v", a.header)
	}
	if a := nobody.as(bankKey).get(t, "/v1/routes"); a.status != 200 {
		t.Errorf("the right key from the same address: %s", a.text())
	}
	for _, path := range []string{"/healthz", "/openapi.json", "/docs"} {
		if a := nobody.ask(t, get(t, nobody.bench, path)); a.status != 200 {
			t.Errorf("%s needs a key: %s", path, a.text())
		}
	}
}

//attack:caller-tenants asking for usage and providers of other tenants
func TestServerShowsATenantOnlyItsOwn(t *testing.T) {
	t.Parallel()
	bank := openForTenants(t, nil).caller(t, bankKey)
	shop, admin := bank.as(shopKey), bank.as(adminKey)
	into[engine.Recognition](t, bank.post(t, recognize, "image/jpeg", card(t)))
	shopped := into[engine.Recognition](t, shop.post(t, recognize, "image/jpeg", card(t)))
	if shopped.Attempts[0].Provider != "two" {
		t.Errorf("the shop's default is not its route: %+v", shopped.Attempts)
	}
	shop.post(t, recognize+"?route=default", "image/jpeg", card(t)).refusedAs(t, "the bank's route", 404, "invalid_request", says(message.RefusedNoRoute))
	shop.post(t, recognize+"?provider=one", "image/jpeg", card(t)).refusedAs(t, "the bank's provider", 404, "invalid_request", says(message.RefusedNoProvider))
	shop.get(t, "/v1/providers/one").refusedAs(t, "the bank's provider", 404, "invalid_request", says(message.RefusedNoProvider))
	shop.get(t, "/v1/routes/default/explain").refusedAs(t, "the bank's route", 404, "invalid_request", says(message.RefusedNoRoute))
	shop.post(t, "/v1/providers/two/park", "", nil).refusedAs(t, "parking", 403, "permission_denied", says(message.RefusedNotAdmin))
	shop.post(t, "/v1/providers/two/unpark", "", nil).refusedAs(t, "unparking", 403, "permission_denied", says(message.RefusedNotAdmin))

	names := func(c *caller) (out []string) {
		for _, p := range into[struct{ Providers []service.Provider }](t, c.get(t, "/v1/providers")).Providers {
			if out = append(out, p.Name); c.key != adminKey && len(p.Budgets) > 0 {
				t.Errorf("budgets are shown: %+v", p)
			}
		}
		for _, r := range into[struct{ Routes []service.Route }](t, c.get(t, "/v1/routes")).Routes {
			out = append(out, r.Name)
		}
		for _, row := range into[server.Usage](t, c.get(t, "/v1/usage")).Rows {
			out = append(out, "usage of "+row.Tenant+"/"+row.Provider)
		}
		for _, row := range into[server.Usage](t, c.get(t, "/v1/usage?by=tenant,provider")).Rows {
			out = append(out, "usage of "+row.Tenant+"/"+row.Provider)
		}
		for _, b := range into[struct{ Budgets []money.BudgetStatus }](t, c.get(t, "/v1/budgets")).Budgets {
			out = append(out, "budget of "+b.Name)
		}
		return out
	}
	for c, want := range map[*caller][]string{
		bank:  {"one", "default", "usage of /", "usage of bank/one", "budget of bank"},
		shop:  {"two", "portrait", "usage of /", "usage of shop/two"},
		admin: {"one", "two", "showapi", "wapi", "default", "portrait", "usage of /", "usage of bank/one", "usage of shop/two", "budget of bank", "budget of two"},
	} {
		if diff := cmp.Diff(want, names(c)); diff != "" {
			t.Errorf("%s: %s", c.key, diff)
		}
	}

	into[engine.Recognition](t, bank.post(t, recognize+"?side=front", "image/jpeg", card(t)))
	spent := bank.post(t, recognize+"?side=back", "image/jpeg", card(t))
	spent.refusedAs(t, "its own budget", 429, "quota_exhausted", `the budget of tenant "bank"`)
	shop.post(t, recognize+"?side=front", "image/jpeg", card(t)).refusedAs(t, "a provider's budget", 503, "quota_exhausted", "")
	if spent.header.Get("Retry-After") == "" {
		t.Errorf("there is no Retry-After: %v", spent.header)
	}
	log := bank.log.String()
	for _, want := range []string{"method=POST route=/v1/recognize status=200", "route=/v1/providers/{name} status=404", "tenant=bank", "tenant=shop"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %s:\n%s", want, log)
		}
	}
}

//attack:caller-bounds more requests than a tenant may make
func TestServerEnforcesATenantsLimits(t *testing.T) {
	t.Parallel()
	bank := openForTenants(t, func(all []access.Config) { all[0].Requests, all[0].Per, all[2].Concurrency = 2, time.Hour, 1 }).caller(t, bankKey)
	for range 2 {
		into[struct{}](t, bank.get(t, "/v1/routes"))
	}
	a := bank.get(t, "/v1/routes")
	a.refusedAs(t, "the third one in the hour", 429, "rate_limited", says(message.RefusedRate, "most", 2, "per", time.Hour))
	if a.header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
	admin := bank.as(adminKey)
	asked, finish := make(chan struct{}), make(chan struct{})
	hold := func(*http.Request) { close(asked); <-finish }
	bank.vendor.hold.Store(&hold)
	ended := make(chan error, 1)
	first := admin.request(t, recognize, "image/jpeg", card(t), "X-API-Key", adminKey)
	go func() {
		_, err := admin.try(first)
		ended <- err
	}()
	<-asked
	admin.get(t, "/v1/routes").refusedAs(t, "two at once", 429, "rate_limited", says(message.RefusedConcurrency, "most", 1))
	close(finish)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestServerReplacesTenants(t *testing.T) {
	t.Parallel()
	bank := openForTenants(t, nil).caller(t, bankKey)
	into[struct{}](t, bank.get(t, "/v1/routes"))
	bank.server.SetTenants([]access.Config{{Name: "bank", Keys: keys("another")}})
	bank.get(t, "/v1/routes").refusedAs(t, "the old key", 401, "unauthenticated", "")
	into[struct{}](t, bank.as("another").get(t, "/v1/routes"))
}

//attack:caller-bounds more requests at once than the server takes
func TestServerRefusesWhenItIsFull(t *testing.T) {
	t.Parallel()
	c := openWith(t, nil, func(c *server.Config) { c.MaxRequests, c.Queue = 1, -1 }).caller(t, "")
	asked, finish := make(chan struct{}), make(chan struct{})
	hold := func(*http.Request) { close(asked); <-finish }
	c.vendor.hold.Store(&hold)
	ended := make(chan error, 1)
	first := c.request(t, recognize, "image/jpeg", card(t))
	go func() {
		_, err := c.try(first)
		ended <- err
	}()
	<-asked
	a := c.get(t, "/v1/routes")
	a.refusedAs(t, "one too many", 503, "unavailable", says(message.RefusedBusy))
	if a.header.Get("Retry-After") != "1" {
		t.Errorf("%v", a.header)
	}
	if a := c.ask(t, jumdataRequest(t, c.bench, jumdataSigned(appSecret, nil), card(t))); a.status != 503 {
		t.Errorf("a door: %s", a.text())
	}
	if a := c.get(t, "/healthz"); a.status != 200 {
		t.Errorf("health: %s", a.text())
	}
	close(finish)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestServerQueuesRequests(t *testing.T) {
	t.Parallel()
	c := openWith(t, withoutDoors, func(c *server.Config) { c.MaxRequests = 1 }).caller(t, "")
	asked, finish := make(chan struct{}, 2), make(chan struct{})
	hold := func(*http.Request) { asked <- struct{}{}; <-finish }
	c.vendor.hold.Store(&hold)
	ended := make(chan error, 2)
	for _, side := range []string{"front", "back"} {
		r := c.request(t, recognize+"?side="+side, "image/jpeg", card(t))
		go func() {
			a, err := c.try(r)
			if err == nil && a.status != 200 {
				err = errors.New(a.text())
			}
			ended <- err
		}()
	}
	<-asked
	close(finish)
	if err := errors.Join(<-ended, <-ended); err != nil {
		t.Error(err)
	}
}

func TestServerWithoutTenantsRefusesPagesInABrowser(t *testing.T) {
	t.Parallel()
	c := openWith(t, withoutDoors, nil).caller(t, "")
	c.post(t, "/v1/providers/one/park", "text/plain", nil, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example").refusedAs(t, "another origin", 403, "permission_denied", says(message.RefusedOrigin))
	rebound := get(t, c.bench, "/v1/providers")
	rebound.Host = "evil.example"
	c.send(t, rebound).refusedAs(t, "another name", 403, "permission_denied", says(message.RefusedRemote))
	if !c.server.Open() {
		t.Error("Open reports false")
	}
}

func TestFrontDoorClientsCallForTheirTenants(t *testing.T) {
	t.Parallel()
	c := openWith(t, func(c *engine.Config) {
		d := c.FrontDoors["jumdata"]
		d.Clients = slices.Clone(d.Clients)
		d.Clients[1].Tenant = "shop"
		c.FrontDoors["jumdata"] = d
	}, nil).caller(t, "")
	for _, client := range []params{jumdataSigned(appSecret, nil), jumdataSigned(otherSecret, params{"appId": otherAppID})} {
		if a := c.ask(t, jumdataRequest(t, c.bench, client, card(t))); !strings.Contains(a.body, "11010119900307803X") {
			t.Fatal(a.text())
		}
	}
	usage := into[server.Usage](t, c.get(t, "/v1/usage?by=tenant"))
	want := []money.UsageRow{{Calls: 1, Attempts: 1, Billed: 1}, {Tenant: "shop", Calls: 1, Attempts: 1, Billed: 1}}
	ignoreCost := cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "Cost") }, cmp.Ignore())
	if diff := cmp.Diff(want, usage.Rows, ignoreCost); diff != "" {
		t.Error(diff)
	}
}

//attack:caller-tenants reading the value of a panic
func TestServerAnswersAPanicWithoutItsValue(t *testing.T) {
	t.Parallel()
	b := prepareWith(t, withoutDoors, nil)
	b.server.Handle("GET /panics", func(http.ResponseWriter, *http.Request) { panic("样本 " + bankKey) })
	b.serve(t)
	a := b.ask(t, get(t, b, "/panics"))
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 500 || p.Kind != "internal" || !strings.Contains(b.log.String(), "a request could not be served") {
		t.Errorf("%v: %s", err, a.text())
	}
}
