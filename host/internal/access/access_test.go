package access_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/message"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://gateway.example/v1/providers", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func certified(r *http.Request, name string, verified bool) *http.Request {
	chain := []*x509.Certificate{{Subject: pkix.Name{CommonName: name}}}
	r.TLS = &tls.ConnectionState{PeerCertificates: chain}
	if verified {
		r.TLS.VerifiedChains = [][]*x509.Certificate{chain}
	}
	return r
}

func status(err error) int {
	var refused *access.Refusal
	if !errors.As(err, &refused) {
		return 0
	}
	return refused.Status
}

func TestGuardIdentifiesTenantsByKeyOrCertificate(t *testing.T) {
	t.Parallel()
	first, second, other := "ocrmux_first", "ocrmux_second", "ocrmux_of-the-shop"
	g := access.New([]access.Config{
		{Name: "bank", Keys: []access.KeyHash{access.Hash(first), access.Hash(second)}, Certificates: []string{"bank.example", ""}},
		{Name: "shop", Keys: []access.KeyHash{access.Hash(other)}},
	}, newClock().now)
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"a bearer":                      {request("Authorization", "Bearer "+first), "bank"},
		"a bearer in other letters":     {request("Authorization", "bearer  "+second), "bank"},
		"a header of its own":           {request("X-API-Key", other), "shop"},
		"the same key twice":            {request("X-API-Key", other, "Authorization", "Bearer "+other), "shop"},
		"two keys":                      {request("X-API-Key", other, "Authorization", "Bearer "+first), ""},
		"two keys in one header's name": {request("X-API-Key", other, "X-API-Key", "x"), ""},
		"a wrong key":                   {request("X-API-Key", first+"x"), ""},
		"the hash instead of the key":   {request("X-API-Key", access.Hash(first).String()), ""},
		"another scheme":                {request("Authorization", "Basic "+first), ""},
		"an empty key":                  {request("X-API-Key", ""), ""},
		"nothing":                       {request(), ""},
		"a certificate":                 {certified(request(), "bank.example", true), "bank"},
		"an unverified certificate":     {certified(request(), "bank.example", false), ""},
		"a certificate without a name":  {certified(request(), "", true), ""},
		"another certificate":           {certified(request(), "shop", true), ""},
		"a certificate and a wrong key": {certified(request("X-API-Key", "x"), "bank.example", true), ""},
		"a certificate and another key": {certified(request("X-API-Key", other), "bank.example", true), "shop"},
	} {
		tenant, err := g.Identify(c.r)
		switch {
		case c.want == "" && (status(err) != http.StatusUnauthorized || message.Error(err).Code() != message.RefusedKey):
			t.Errorf("%s: %v, %v", name, tenant, err)
		case c.want != "" && (err != nil || tenant.Name() != c.want):
			t.Errorf("%s: %v", name, err)
		}
	}
}

//attack:caller-identity guessing keys
func TestGuardSlowsDownAddressesWithoutAValidKey(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := access.New([]access.Config{{Name: "bank", Keys: []access.KeyHash{access.Hash("right")}}}, c.now)
	ask := func(from, key string) error {
		r := request("X-API-Key", key)
		r.RemoteAddr = from
		_, err := g.Identify(r)
		return err
	}
	for i := range 20 {
		if err := ask("192.0.2.1:1000", "wrong"); status(err) != http.StatusUnauthorized {
			t.Fatalf("%d: %v", i, err)
		}
	}
	c.at = c.at.Add(10 * time.Second)
	var refused *access.Refusal
	if err := ask("192.0.2.1:2000", "wrong"); !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests || refused.RetryAfter != 50*time.Second {
		t.Errorf("the one too many: %v", err)
	}
	if err := ask("192.0.2.1:2000", "right"); err != nil {
		t.Errorf("the right key: %v", err)
	}
	if err := ask("192.0.2.2:1000", "wrong"); status(err) != http.StatusUnauthorized {
		t.Errorf("another address: %v", err)
	}
	c.at = c.at.Add(time.Minute)
	if err := ask("192.0.2.1:1000", "wrong"); status(err) != http.StatusUnauthorized {
		t.Errorf("a minute later: %v", err)
	}
	for range 21 {
		_ = ask("[2001:db8::1]:1", "wrong")
	}
	if err := ask("[2001:db8::2]:1", "wrong"); status(err) != http.StatusTooManyRequests {
		t.Errorf("the same network: %v", err)
	}
}

//attack:caller-identity asking a server without tenants from another machine
func TestGuardWithoutTenantsAnswersOnlyThisMachine(t *testing.T) {
	t.Parallel()
	g := access.New(nil, newClock().now)
	for host, want := range map[string]int{
		"localhost:8080": 0, "127.0.0.1:8080": 0, "[::1]:8080": 0, "LOCALHOST": 0, "127.0.0.1": 0, "evil.example:8080": 403, "192.0.2.1": 403, "localhost.evil.example": 403,
	} {
		r := request()
		r.Host = host
		tenant, err := g.Identify(r)
		if status(err) != want || want == 0 && !tenant.Admin() {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestGuardAsksTheEmbeddersAuthentication(t *testing.T) {
	t.Parallel()
	g := access.New([]access.Config{{Name: "bank", Keys: []access.KeyHash{access.Hash("key")}}}, newClock().now)
	g.Authenticate = func(r *http.Request) (string, bool) {
		return r.Header.Get("X-User"), r.Header.Get("X-Valid") == "yes"
	}
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"a tenant":              {request("X-User", "bank", "X-Valid", "yes"), "bank"},
		"a refused tenant":      {request("X-User", "bank"), ""},
		"an unknown tenant":     {request("X-User", "shop", "X-Valid", "yes"), ""},
		"nobody":                {request("X-Valid", "yes"), ""},
		"a key of the tenant's": {request("X-API-Key", "key"), ""},
	} {
		tenant, err := g.Identify(c.r)
		switch {
		case c.want == "" && (status(err) != http.StatusUnauthorized || message.Error(err).Code() != message.RefusedCaller):
			t.Errorf("%s: %v, %v", name, tenant, err)
		case c.want != "" && (err != nil || tenant.Name() != c.want):
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTenantHasItsOwnRoutes(t *testing.T) {
	t.Parallel()
	g := access.New([]access.Config{
		{Name: "some", Keys: []access.KeyHash{access.Hash("some")}, Routes: []string{"b", "a"}}, {Name: "all", Keys: []access.KeyHash{access.Hash("all")}},
	}, newClock().now)
	for _, c := range []struct {
		tenant, named, want string
		ok                  bool
	}{{"some", "", "b", true}, {"some", "a", "a", true}, {"some", "default", "default", false}, {"all", "", "", true}, {"all", "x", "x", true}} {
		tenant, err := g.Identify(request("X-API-Key", c.tenant))
		if err != nil {
			t.Fatal(err)
		}
		if route, ok := tenant.Route(c.named); route != c.want || ok != c.ok {
			t.Errorf("%s asks for %q: %q, %v", c.tenant, c.named, route, ok)
		}
	}
}

func TestTenantIsLimited(t *testing.T) {
	t.Parallel()
	c := newClock()
	g := access.New([]access.Config{
		{Name: "narrow", Keys: []access.KeyHash{access.Hash("narrow")}, Concurrency: 1}, {Name: "slow", Keys: []access.KeyHash{access.Hash("slow")}, Requests: 2, Per: time.Hour},
	}, c.now)
	tenant := func(key string) *access.Tenant {
		tenant, err := g.Identify(request("X-API-Key", key))
		if err != nil {
			t.Fatal(err)
		}
		return tenant
	}
	leave, err := tenant("narrow").Enter()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tenant("narrow").Enter(); status(err) != http.StatusTooManyRequests {
		t.Errorf("two at once: %v", err)
	}
	leave()
	if _, err := tenant("narrow").Enter(); err != nil {
		t.Errorf("after the first one: %v", err)
	}
	c.at = c.at.Add(15 * time.Minute)
	for range 2 {
		if _, err := tenant("slow").Enter(); err != nil {
			t.Fatal(err)
		}
	}
	var refused *access.Refusal
	if _, err := tenant("slow").Enter(); !errors.As(err, &refused) || refused.RetryAfter != 45*time.Minute {
		t.Errorf("the third one in the hour: %v", err)
	}
}

func TestKeyHashIsParsed(t *testing.T) {
	t.Parallel()
	key, err := access.NewKey(bytes.NewReader(bytes.Repeat([]byte{0xfb}, 32)))
	if err != nil || key != "ocrmux_"+strings.Repeat("-_v7", 10)+"-_s" {
		t.Fatalf("%s, %v", key, err)
	}
	parsed, err := access.ParseHash(access.Hash(key).String())
	if err != nil || parsed != access.Hash(key) {
		t.Error(err)
	}
	if _, err := access.NewKey(bytes.NewReader(nil)); err == nil {
		t.Error("a key without randomness")
	}
	for _, wrong := range []string{"", key, "sha256:", "sha256:xy", strings.TrimPrefix(access.Hash(key).String(), "sha256:"), access.Hash(key).String() + "00"} {
		if _, err := access.ParseHash(wrong); err == nil || wrong != "" && strings.Contains(err.Error(), wrong+" ") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
