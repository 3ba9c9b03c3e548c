package egress

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Default byte caps of a policy.
const (
	DefaultMaxRequestBytes  = 32 << 20
	DefaultMaxResponseBytes = 8 << 20
)

// PolicyConfig of a [Policy].
type PolicyConfig struct {
	// Hosts are the origins in the provider's manifest, such as "https://api.example.com", with an optional port. The default
	// scheme is https. "https://*.example.com" means every name under example.com at any depth, but not example.com itself. They
	// must resolve to public addresses.
	Hosts []string
	// Operator are origins that the operator wrote, usually a provider's endpoint. Path and query of an entry are ignored. They may
	// resolve to private and loopback addresses. Wildcards are not allowed.
	Operator []string
	// AnyPublic also allows every other origin that resolves to public addresses. It is for fetching the address that a caller
	// gave.
	AnyPublic bool
	// AllowPlainHTTP allows http to addresses other than loopback.
	AllowPlainHTTP bool
	// MaxRequestBytes caps the URL, headers and body of a request together. 0 means DefaultMaxRequestBytes.
	MaxRequestBytes int64
	// MaxResponseBytes caps an answer's body, before and after decompression. 0 means DefaultMaxResponseBytes.
	MaxResponseBytes int64
}

// Policy says to which targets one provider may send requests, and how large requests and answers may be. It is immutable and safe
// for concurrent use.
type Policy struct {
	exact      map[origin]bool // true: named by the operator
	suffixes   []origin        // host is ".example.com"
	anyPublic  bool
	plainHTTP  bool
	maxRequest int64
	maxAnswer  int64
}

// standing says what a policy grants an origin. Only requests of the same standing share connections.
type standing struct {
	named        bool // by the operator: private addresses are allowed
	loopbackOnly bool // plain http that must stay on this machine
}

// NewPolicy returns a Policy. An error names the wrong entry and says what would be right.
func NewPolicy(cfg PolicyConfig) (*Policy, error) {
	if cfg.MaxRequestBytes < 0 || cfg.MaxResponseBytes < 0 {
		return nil, fmt.Errorf("egress: policy: byte caps must not be negative")
	}
	p := &Policy{
		exact:      make(map[origin]bool, len(cfg.Hosts)+len(cfg.Operator)),
		anyPublic:  cfg.AnyPublic,
		plainHTTP:  cfg.AllowPlainHTTP,
		maxRequest: orDefault(cfg.MaxRequestBytes, DefaultMaxRequestBytes),
		maxAnswer:  orDefault(cfg.MaxResponseBytes, DefaultMaxResponseBytes),
	}
	for _, h := range cfg.Hosts {
		o, wild, err := parsePattern(h)
		switch {
		case err != nil:
			return nil, fmt.Errorf("egress: policy: host %q: %w; write https://host, https://host:port or https://*.suffix", h, err)
		case wild:
			p.suffixes = append(p.suffixes, o)
		default:
			p.exact[o] = p.exact[o] || false
		}
	}
	for i, e := range cfg.Operator {
		// The entry is not quoted: an endpoint may have a secret in its path.
		u, err := url.Parse(e)
		if err != nil {
			return nil, fmt.Errorf("egress: policy: operator origin %d is not a URL; write https://host[:port]", i+1)
		}
		o, err := originOf(u)
		if err != nil {
			return nil, fmt.Errorf("egress: policy: operator origin %d: %w; write https://host[:port]", i+1, err)
		}
		p.exact[o] = true
	}
	return p, nil
}

// parsePattern reads one manifest host.
func parsePattern(s string) (o origin, wild bool, err error) {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	scheme, rest, _ := strings.Cut(s, "://")
	if after, ok := strings.CutPrefix(rest, "*."); ok {
		wild, s = true, scheme+"://"+after
	}
	u, err := url.Parse(s)
	if err != nil {
		return origin{}, false, errHost
	}
	if o, err = originOf(u); err != nil {
		return origin{}, false, err
	}
	if (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return origin{}, false, fmt.Errorf("it has a path or a query")
	}
	if wild {
		if _, isIP := o.addr(); isIP || !strings.Contains(o.host, ".") {
			return origin{}, false, fmt.Errorf("the suffix after *. needs at least two labels")
		}
		o.host = "." + o.host
	}
	return o, wild, nil
}

// check returns what the policy grants a target. The Error has no Origin yet.
func (p *Policy) check(o origin) (standing, *Error) {
	named, listed := p.exact[o]
	listed = listed || p.anyPublic
	for i := 0; !listed && i < len(p.suffixes); i++ {
		s := p.suffixes[i]
		listed = s.scheme == o.scheme && s.port == o.port && strings.HasSuffix(o.host, s.host)
	}
	if !listed {
		return standing{}, fail(KindHostRefused, "check target", message.HostUnlisted, nil)
	}
	st := standing{named: named, loopbackOnly: o.scheme == "http" && !p.plainHTTP}
	if st.loopbackOnly {
		addr, literal := o.addr()
		if !named || literal && !addr.IsLoopback() {
			return standing{}, fail(KindSchemeRefused, "check target", message.PlainHTTPExposes, nil)
		}
	}
	return st, nil
}

// Allows reports whether the policy allows a request to rawURL, without looking up its name. The error is an [*Error] of kind
// invalid_url, host_refused or scheme_refused.
func (p *Policy) Allows(rawURL string) error {
	_, o, ferr := parseTarget(rawURL)
	if ferr == nil {
		_, ferr = p.check(o)
	}
	if ferr != nil {
		ferr.Origin = o.String()
		return ferr
	}
	return nil
}

// parseTarget parses a request's URL. The result has a canonical host and no fragment. Path and query are unchanged, since a
// signature may cover them.
func parseTarget(raw string) (*url.URL, origin, *Error) {
	const op = "check target"
	u, err := url.Parse(raw)
	if err != nil {
		return nil, origin{}, fail(KindInvalidURL, op, message.URLMalformed, nil) // the parser's error quotes it
	}
	return canonicalTarget(u)
}

func canonicalTarget(u *url.URL) (*url.URL, origin, *Error) {
	const op = "check target"
	o, err := originOf(u)
	if err != nil {
		ferr := fail(KindInvalidURL, op, message.URLMalformed, nil)
		ferr.Reason = message.Error(err)
		return nil, origin{}, ferr
	}
	c := *u
	c.Scheme, c.Host = o.scheme, o.authority()
	c.Fragment, c.RawFragment = "", ""
	for _, b := range []byte(c.RequestURI()) {
		if b <= ' ' || b >= 0x7f {
			return nil, o, fail(KindInvalidURL, op, message.URLUnescaped, nil)
		}
	}
	return &c, o, nil
}

func orDefault[T int | int64](v, def T) T {
	if v == 0 {
		return def
	}
	return v
}
