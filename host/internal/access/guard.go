package access

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// Guard knows the tenants. It is safe for concurrent use.
type Guard struct {
	tenants  []*Tenant
	alone    *Tenant // everybody, where no tenants are configured
	failures *failures
}

// New makes a guard. Without any tenant everybody is admin, so that the server must not be reached from other machines.
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

// Open reports whether there are no tenants, so that everybody is admin.
func (g *Guard) Open() bool { return g.alone != nil }

// Identify says who sends a request. It fails with a *[Refusal] that is the same whatever was wrong, and that does not say whether a key
// is one of somebody's. An address that failed too often is told to wait, unless it now has the right key: others may be behind it.
func (g *Guard) Identify(r *http.Request) (*Tenant, error) {
	if g.alone != nil {
		return g.alone, local(r)
	}
	if t := g.find(r); t != nil {
		return t, nil
	}
	if wait := g.failures.count(address(r)); wait > 0 {
		return nil, &Refusal{Status: http.StatusTooManyRequests, RetryAfter: wait, Reason: "too many requests without a valid key came from this address"}
	}
	return nil, &Refusal{Status: http.StatusUnauthorized, Reason: "a valid key is needed: Authorization: Bearer KEY, or X-API-Key: KEY"}
}

// find is the tenant of a request's key or, without any key, of its certificate; nil if there is none.
func (g *Guard) find(r *http.Request) *Tenant {
	key, given := keyOf(r)
	if !given {
		return g.Certified(r)
	}
	return g.Holder(Hash(key))
}

// Holder is the tenant of a key; nil if there is none.
func (g *Guard) Holder(hash KeyHash) *Tenant {
	var found *Tenant
	for _, t := range g.tenants {
		for _, k := range t.cfg.Keys { // all of them, always, so that the time tells nothing
			if subtle.ConstantTimeCompare(k[:], hash[:]) == 1 {
				found = t
			}
		}
	}
	return found
}

// keyOf is the key that a request carries. Two different ones are none that is valid.
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

// Certified is the tenant that the client's certificate names; nil if there is none. TLS has verified it against the configured authorities.
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

// local refuses what a page in a browser sends to a server on this machine under another name, as DNS rebinding does.
func local(r *http.Request) error {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost") {
		return nil
	}
	return &Refusal{Status: http.StatusForbidden, Reason: "without tenants in the configuration, this server is only there for this machine, as localhost or a loopback address"}
}

// address that a request comes from; of IPv6 the part that one customer is given.
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
