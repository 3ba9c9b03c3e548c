package access

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Guard identifies tenants. It is safe for concurrent use.
type Guard struct {
	// Authenticate, unless nil, returns the name of the tenant that sends a request, in place of keys and certificates. It must be
	// set before the guard is used.
	Authenticate func(*http.Request) (tenant string, ok bool)

	tenants  []*Tenant
	alone    *Tenant // everybody, where no tenants are configured
	failures *failures
}

// New returns a guard. Without tenants every caller is an admin, so the guard refuses requests from other machines.
func New(tenants []Config, now func() time.Time) *Guard {
	g := &Guard{failures: newFailures(now)}
	for _, cfg := range tenants {
		g.tenants = append(g.tenants, newTenant(cfg, now))
	}
	if len(tenants) == 0 {
		g.alone = newTenant(Config{Admin: true}, now)
	}
	return g
}

// Open reports whether there are no tenants, so that every caller is an admin.
func (g *Guard) Open() bool { return g.alone != nil }

// Identify returns the tenant that sends a request. Its error is a *[Refusal] that does not depend on what is wrong. An address that
// sent too many wrong keys must wait, but a valid key from it still passes: other callers may share the address.
func (g *Guard) Identify(r *http.Request) (*Tenant, error) {
	if g.alone != nil {
		return g.alone, local(r)
	}
	if t := g.find(r); t != nil {
		return t, nil
	}
	if wait := g.failures.count(address(r)); wait > 0 {
		return nil, &Refusal{Status: http.StatusTooManyRequests, RetryAfter: wait, Reason: message.New(message.RefusedAddress)}
	}
	code := message.RefusedKey
	if g.Authenticate != nil {
		code = message.RefusedCaller
	}
	return nil, &Refusal{Status: http.StatusUnauthorized, Reason: message.New(code)}
}

// find returns the tenant of a request: the one of its key or, without any key, of its certificate. It returns nil if there is none.
func (g *Guard) find(r *http.Request) *Tenant {
	if g.Authenticate != nil {
		name, ok := g.Authenticate(r)
		i := slices.IndexFunc(g.tenants, func(t *Tenant) bool { return ok && t.Name() == name })
		if i < 0 {
			return nil
		}
		return g.tenants[i]
	}
	key, given := keyOf(r)
	if !given {
		return g.Certified(r)
	}
	return g.Holder(Hash(key))
}

// Holder returns the tenant of a key, nil if there is none.
func (g *Guard) Holder(hash KeyHash) *Tenant {
	var found *Tenant
	for _, t := range g.tenants {
		for _, k := range t.cfg.Keys { // always all keys, so that the time reveals nothing
			if subtle.ConstantTimeCompare(k[:], hash[:]) == 1 {
				found = t
			}
		}
	}
	return found
}

// keyOf returns the key of a request. Conflicting keys are rejected: they give an empty key.
func keyOf(r *http.Request) (key string, given bool) {
	keys := r.Header.Values("X-API-Key")
	for _, v := range r.Header.Values("Authorization") {
		scheme, token, _ := strings.Cut(v, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			token = ""
		}
		keys = append(keys, strings.TrimSpace(token))
	}
	for _, k := range keys {
		if k != keys[0] {
			return "", true
		}
	}
	if len(keys) == 0 {
		return "", false
	}
	return keys[0], true
}

// Certified returns the tenant that the client's verified certificate names, nil if there is none.
func (g *Guard) Certified(r *http.Request) *Tenant {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return nil
	}
	name := r.TLS.VerifiedChains[0][0].Subject.CommonName
	for _, t := range g.tenants {
		for _, c := range t.cfg.Certificates {
			if c == name && name != "" {
				return t
			}
		}
	}
	return nil
}

// local refuses requests for other host names than this machine's, as a page in a browser sends them after DNS rebinding.
func local(r *http.Request) error {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost") {
		return nil
	}
	return &Refusal{Status: http.StatusForbidden, Reason: message.New(message.RefusedRemote)}
}

// address returns where a request comes from; for IPv6 only the /64 prefix, which usually belongs to one customer.
func address(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip := at.Addr().Unmap()
	if ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return ip
}
