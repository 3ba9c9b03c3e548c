package config

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
)

// ServerConfig configures the HTTP server and its tenants.
type ServerConfig struct {
	// Listen is the address.
	Listen string
	// Cert, Key and ClientCA are paths; all are empty without TLS.
	Cert, Key, ClientCA string
	// MaxRequests is the number of requests served at once, Queue that of waiting ones. 0 means the default, a negative Queue none.
	MaxRequests, Queue int
	Tenants            []access.Config
	// CallTimeout is the longest timeout of all routes.
	CallTimeout time.Duration
}

// DefaultListen is the default address of the server.
const DefaultListen = "127.0.0.1:8080"

const (
	// defaultCallTimeout is the engine's.
	defaultCallTimeout = time.Minute
	// clientTenant is the key that names the tenant on whose behalf a front door's client calls.
	clientTenant = "tenant"
)

func (b *builder) server() {
	s := b.File.Server
	out := &b.Config.Server
	out.Listen, out.MaxRequests = cmp.Or(string(s.Listen), DefaultListen), s.MaxRequests
	if s.Queue != nil {
		out.Queue = cmp.Or(*s.Queue, -1)
	}
	out.CallTimeout = cmp.Or(b.Engine.Limits.Timeout, defaultCallTimeout)
	for _, r := range b.Engine.Routes {
		out.CallTimeout = max(out.CallTimeout, r.Timeout)
	}
	for _, name := range slices.Sorted(maps.Keys(b.File.Tenants)) {
		out.Tenants = append(out.Tenants, b.tenant(name, b.File.Tenants[name]))
	}
	b.unique()
	if len(out.Tenants) == 0 && !loopback(out.Listen) {
		b.wrong([]string{"server", "listen"}, "other machines can reach this address, and there are no tenants: everybody would be admin",
			"add tenants with keys, which ocrmux key new makes, or listen on a loopback address such as "+DefaultListen)
	}
	b.tls(s.TLS)
}

func (b *builder) tls(t ServerTLS) {
	out := &b.Config.Server
	if (t.Cert == "") != (t.Key == "") || t.ClientCA != "" && t.Cert == "" {
		b.wrong([]string{"server", "tls"}, "the certificate is not complete", "both cert and key")
		return
	}
	for _, f := range []struct {
		setting, path string
		to            *string
	}{{"cert", t.Cert, &out.Cert}, {"key", t.Key, &out.Key}, {"client_ca", t.ClientCA, &out.ClientCA}} {
		if f.path != "" {
			*f.to = b.resolve(f.path, "server", "tls", f.setting)
		}
	}
}

// tenant builds a tenant of the server.
func (b *builder) tenant(name string, t Tenant) access.Config {
	at := func(rest ...string) []string { return append([]string{"tenants", name}, rest...) }
	out := access.Config{Name: name, Certificates: t.Certificates, Routes: t.Routes, Concurrency: t.Concurrency, Admin: t.Admin}
	limit := rate(t.Rate)
	out.Requests, out.Per = limit.Calls, limit.Per
	for i, text := range t.Keys {
		hash, err := access.ParseHash(string(text))
		if err != nil {
			b.wrong(at("keys", strconv.Itoa(i)), err.Error(), "the hash of a key, as ocrmux key new prints it")
			continue
		}
		out.Keys = append(out.Keys, hash)
	}
	if len(t.Keys) == 0 && len(t.Certificates) == 0 {
		b.wrong(at(), "the tenant has nothing to prove itself with", "keys, which ocrmux key new makes, or certificates")
	}
	if len(t.Certificates) > 0 && b.File.Server.TLS.ClientCA == "" {
		b.wrong(at("certificates"), "no client is asked for a certificate", "name the authorities in server.tls.client_ca")
	}
	known := append(slices.Sorted(maps.Keys(b.File.Routes)), engine.DefaultRoute)
	for i, r := range t.Routes {
		if !slices.Contains(known, r) {
			b.wrong(at("routes", strconv.Itoa(i)), fmt.Sprintf("there is no route %q", r), "one of "+strings.Join(known, ", "))
		}
	}
	return out
}

// unique refuses a key or certificate that belongs to two tenants.
func (b *builder) unique() {
	owner := make(map[string]string)
	for _, t := range b.Config.Server.Tenants {
		for i, k := range t.Keys {
			if other, taken := owner[k.String()]; taken && other != t.Name {
				b.wrong([]string{"tenants", t.Name, "keys", strconv.Itoa(i)}, fmt.Sprintf("the key is that of the tenant %q, too", other), "a key of its own for each tenant")
			}
			owner[k.String()] = t.Name
		}
		for i, c := range t.Certificates {
			if other, taken := owner["CN="+c]; taken && other != t.Name {
				b.wrong([]string{"tenants", t.Name, "certificates", strconv.Itoa(i)}, fmt.Sprintf("the certificate is that of the tenant %q, too", other), "a certificate of its own for each tenant")
			}
			owner["CN="+c] = t.Name
		}
	}
}

// clientTenant checks the tenant on whose behalf a client of a front door calls.
func (b *builder) clientTenant(door string, i int, name string) string {
	if _, known := b.File.Tenants[name]; name != "" && len(b.File.Tenants) > 0 && !known {
		b.wrong([]string{"front_doors", door, "clients", strconv.Itoa(i), clientTenant}, fmt.Sprintf("there is no tenant %q", name),
			"one of "+strings.Join(slices.Sorted(maps.Keys(b.File.Tenants)), ", "))
	}
	return name
}

// loopback reports whether only this machine reaches an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}
