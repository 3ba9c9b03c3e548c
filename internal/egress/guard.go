package egress

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

const (
	// guardHeaderTimeout is how long an answer may take to begin, once its request is written.
	guardHeaderTimeout = 30 * time.Second
	guardMaxRedirects  = 5
)

// GuardConfig of an HTTP client. The zero value is right for production.
type GuardConfig struct {
	// Timeout bounds each request with its redirects and the body of its answer. 0 means DefaultTimeout.
	Timeout time.Duration
	// TLS has the trusted authorities and a certificate of this program. nil means the system's authorities, and no certificate.
	TLS *tls.Config
	// NoRedirects makes a redirect an answer like any other.
	NoRedirects bool
	// Resolver and Dial are as in Config.
	Resolver Resolver
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewHTTPClient returns a client for the requests that the program makes for itself, such as those to a registry or a collector,
// where a library wants an [http.Client]. Requests to vendors are made by a [Client], which counts what may have been billed.
//
// The client reaches what the policy allows, as [Client.Do] does: each request and each redirect is checked, then the addresses behind
// the name, and one of these is dialled. It never follows a redirect from https to http, uses no proxy of the environment, keeps no
// connection (so that nothing a server sends unasked reaches the log of net/http), and does not decompress. Policies' byte caps are left
// to whoever reads the answer. A refusal is an [*Error] inside the [*url.Error] of net/http.
func NewHTTPClient(p *Policy, cfg GuardConfig) *http.Client {
	defaults := Config{Resolver: cfg.Resolver, Dial: cfg.Dial}.withDefaults()
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.TLS != nil {
		secure = cfg.TLS.Clone()
		secure.MinVersion = max(secure.MinVersion, tls.VersionTLS12)
	}
	secure.NextProtos = []string{"http/1.1"}
	d := &dialer{
		resolver: defaults.Resolver, dial: defaults.Dial, rules: newAddressRules(), tls: secure,
		connectTimeout: defaults.ConnectTimeout, tlsTimeout: defaults.TLSTimeout,
	}
	dial := func(scheme string) func(ctx context.Context, network, address string) (net.Conn, error) {
		return func(ctx context.Context, _, address string) (net.Conn, error) {
			return d.guarded(ctx, p, scheme, address)
		}
	}
	client := &http.Client{Timeout: cfg.Timeout}
	if client.Timeout <= 0 {
		client.Timeout = DefaultTimeout
	}
	client.Transport = &guard{policy: p, next: &http.Transport{
		DialContext: dial("http"), DialTLSContext: dial("https"), DisableKeepAlives: true, DisableCompression: true,
		ResponseHeaderTimeout: guardHeaderTimeout, MaxResponseHeaderBytes: DefaultMaxHeaderBytes,
	}}
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		switch {
		case cfg.NoRedirects:
			return http.ErrUseLastResponse
		case len(via) > guardMaxRedirects:
			return fail(KindTooManyRedirects, "redirect", message.RedirectsTooMany, nil)
		case via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
			return fail(KindRedirectRefused, "redirect", message.RedirectToPlain, nil)
		}
		return nil
	}
	return client
}

// guard checks the target of each request.
type guard struct {
	policy *Policy
	next   http.RoundTripper
}

// RoundTrip sends a request to a target that the policy allows.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	_, o, refused := canonicalTarget(r.URL)
	if refused == nil {
		_, refused = g.policy.check(o)
	}
	if refused != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as a RoundTripper must
		}
		refused.Origin = o.String()
		return nil, refused
	}
	return g.next.RoundTrip(r)
}

// guarded connects to HOST:PORT as the policy allows.
func (d *dialer) guarded(ctx context.Context, p *Policy, scheme, address string) (net.Conn, error) {
	o, err := originOf(&url.URL{Scheme: scheme, Host: address})
	if err != nil {
		return nil, err
	}
	st, refused := p.check(o)
	if refused == nil {
		var conn net.Conn
		if _, conn, refused = d.connect(ctx, o, st); refused == nil {
			return conn, nil
		}
	}
	refused.Origin = o.String()
	return nil, refused
}
