package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Defaults of Config.
const (
	DefaultTimeout              = 60 * time.Second
	DefaultConnectTimeout       = 10 * time.Second
	DefaultTLSTimeout           = 10 * time.Second
	DefaultIdleTimeout          = 60 * time.Second
	DefaultRest                 = 20 * time.Millisecond
	DefaultHTTP2PingAfter       = 30 * time.Second
	DefaultHTTP2PingTimeout     = 15 * time.Second
	DefaultMaxIdle              = 1024
	DefaultMaxIdlePerOrigin     = 256
	DefaultMaxInFlightPerOrigin = 4096
	DefaultMaxHeaderBytes       = 64 << 10
	DefaultMaxRedirects         = 5
	DefaultUserAgent            = "ocrmux"
)

// Config of a [Client]. The zero value is right for production.
type Config struct {
	// Resolver looks up host names. nil means net.DefaultResolver.
	Resolver Resolver
	// Dial connects to an IP address and port that the policy allows. nil means a net.Dialer. Proxies of the environment are
	// never used.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// RootCAs are the trusted authorities. nil means those of the system.
	RootCAs *x509.CertPool
	// Timeout of requests that have none. It covers a whole call, redirects and body included.
	Timeout time.Duration
	// ConnectTimeout bounds the look-up of a name, and again the connection to one of its addresses. TLSTimeout bounds the
	// handshake.
	ConnectTimeout, TLSTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept.
	IdleTimeout time.Duration
	// Rest is how long an HTTP/1.1 connection stays unused after an answer. A second answer that nobody asked for arrives in
	// this time, and then the connection is closed. It costs no call any time, but about Rest divided by the time of a call
	// more connections.
	Rest time.Duration
	// Distrusted, if not nil, is called once for each origin that sent what nobody asked for, such as a second answer. From then
	// on its HTTP/1.1 connections are not kept. It gets scheme, host and port. It must not block, and may be called from any
	// goroutine.
	Distrusted func(origin string)
	// HTTP2PingAfter is how long an HTTP/2 connection may be silent before it is probed, or accept no byte before it is closed.
	// HTTP2PingTimeout is how long it may take to answer the probe.
	HTTP2PingAfter, HTTP2PingTimeout time.Duration
	// MaxIdle and MaxIdlePerOrigin bound the unused HTTP/1.1 connections that are kept.
	MaxIdle, MaxIdlePerOrigin int
	// MaxInFlightPerOrigin bounds the exchanges, and so the connections, with one origin. Further calls wait.
	MaxInFlightPerOrigin int
	// MaxHeaderBytes caps the headers of an answer, informational (1xx) ones included.
	MaxHeaderBytes int
	// MaxRedirects bounds the redirects that one call follows. Negative means none.
	MaxRedirects int
	// DisableHTTP2 offers HTTP/1.1 only, as GODEBUG=http2client=0 does for the whole process.
	DisableHTTP2 bool
	// UserAgent of requests that have none.
	UserAgent string
}

func (cfg Config) withDefaults() Config {
	durations := []struct {
		v   *time.Duration
		def time.Duration
	}{
		{&cfg.Timeout, DefaultTimeout},
		{&cfg.ConnectTimeout, DefaultConnectTimeout},
		{&cfg.TLSTimeout, DefaultTLSTimeout},
		{&cfg.IdleTimeout, DefaultIdleTimeout},
		{&cfg.Rest, DefaultRest},
		{&cfg.HTTP2PingAfter, DefaultHTTP2PingAfter},
		{&cfg.HTTP2PingTimeout, DefaultHTTP2PingTimeout},
	}
	for _, d := range durations {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	cfg.MaxIdle = orDefault(cfg.MaxIdle, DefaultMaxIdle)
	cfg.MaxIdlePerOrigin = orDefault(cfg.MaxIdlePerOrigin, DefaultMaxIdlePerOrigin)
	cfg.MaxInFlightPerOrigin = orDefault(cfg.MaxInFlightPerOrigin, DefaultMaxInFlightPerOrigin)
	cfg.MaxHeaderBytes = orDefault(cfg.MaxHeaderBytes, DefaultMaxHeaderBytes)
	cfg.MaxRedirects = orDefault(cfg.MaxRedirects, DefaultMaxRedirects)
	if cfg.UserAgent == "" {
		cfg.UserAgent = DefaultUserAgent
	}
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{}).DialContext
	}
	return cfg
}

func (cfg Config) validate() error {
	for name, v := range map[string]int64{
		"Timeout": int64(cfg.Timeout), "ConnectTimeout": int64(cfg.ConnectTimeout), "TLSTimeout": int64(cfg.TLSTimeout),
		"IdleTimeout": int64(cfg.IdleTimeout), "Rest": int64(cfg.Rest), "HTTP2PingAfter": int64(cfg.HTTP2PingAfter),
		"HTTP2PingTimeout": int64(cfg.HTTP2PingTimeout), "MaxIdle": int64(cfg.MaxIdle),
		"MaxIdlePerOrigin": int64(cfg.MaxIdlePerOrigin), "MaxInFlightPerOrigin": int64(cfg.MaxInFlightPerOrigin),
		"MaxHeaderBytes": int64(cfg.MaxHeaderBytes),
	} {
		if v < 0 {
			return fmt.Errorf("egress: config: %s is negative; leave it 0 for its default", name)
		}
	}
	if cfg.MaxHeaderBytes > 16<<20 {
		return fmt.Errorf("egress: config: MaxHeaderBytes is over 16 MiB; answers have headers of a few KiB")
	}
	return nil
}

// Client sends requests and keeps connections. It is safe for concurrent use. Close it after use.
type Client struct {
	cfg     Config
	pool    *pool
	answers *answerReader
}

// New returns a Client. It dials nothing yet. An error names the field of cfg that is wrong.
func New(cfg Config) (*Client, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	protocols := []string{"h2", "http/1.1"}
	if cfg.DisableHTTP2 || !h2Available() {
		protocols = protocols[1:]
	}
	return &Client{
		cfg:     cfg,
		answers: newAnswerReader(),
		pool: &pool{
			cfg:   cfg,
			now:   time.Now,
			h1:    newH1Protocol(cfg),
			sites: make(map[siteKey]*site),
			dialer: &dialer{
				resolver:       cfg.Resolver,
				dial:           cfg.Dial,
				rules:          newAddressRules(),
				connectTimeout: cfg.ConnectTimeout,
				tlsTimeout:     cfg.TLSTimeout,
				tls: &tls.Config{
					RootCAs:            cfg.RootCAs,
					MinVersion:         tls.VersionTLS12,
					NextProtos:         protocols,
					ClientSessionCache: tls.NewLRUClientSessionCache(128),
				},
			},
		},
	}, nil
}

// CloseIdle closes the connections that no call is using.
func (c *Client) CloseIdle() { c.pool.closeIdle(false) }

// Close closes the connections that no call is using, and the others when their call ends. Further calls fail with KindClosed.
// It always returns nil.
func (c *Client) Close() error {
	c.pool.closeIdle(true)
	return nil
}

// Do sends a request to a target that the policy allows and returns the whole answer. Every status is an answer and not an
// error, except redirects that are followed.
//
// Do sends a request at most once, except where the vendor cannot have acted on the first one: it uses a new connection if a
// kept one turned out closed before a byte was written, or if the vendor declared that it did not process the request
// (HTTP/2). And it follows redirects.
//
// Redirects (301, 302, 303, 307, 308 with a Location) are followed if the policy allows each target:
//   - for GET and HEAD without body, also to another origin, but then without Authorization, Cookie and the headers in
//     Request.Sensitive, which are not sent on later hops either;
//   - for others, only 307 and 308 within the origin, which repeat the request. 301 to 303 would turn a POST into a GET
//     whose answer is not the one that was paid for; they fail with KindRedirectRefused;
//   - never from https to http.
//
// The error is always an [*Error].
func (c *Client) Do(ctx context.Context, p *Policy, r *Request) (*Response, error) {
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = c.cfg.Timeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	call, ferr := newCall(c.cfg, p, r)
	for sent := SentNo; ferr == nil; sent = SentYes {
		var resp *Response
		var again bool
		resp, ferr = c.hop(ctx, call)
		if ferr == nil {
			again, ferr = call.redirect(resp)
			if ferr == nil && !again {
				return resp, nil
			}
		}
		if ferr != nil && sent == SentYes {
			ferr.Sent = SentYes
		}
	}
	ferr.Origin = call.origin.String()
	return nil, ferr
}

// hop makes one exchange with the call's present target.
func (c *Client) hop(ctx context.Context, call *call) (*Response, *Error) {
	if over := ended(ctx, "start"); over != nil {
		return nil, over
	}
	key := siteKey{call.origin, call.standing}
	if ferr := c.pool.enter(ctx, key); ferr != nil {
		return nil, ferr
	}
	defer c.pool.leave(key)
	for fresh := false; ; fresh = true {
		l, ferr := c.pool.lease(ctx, key, fresh)
		if ferr != nil {
			return nil, ferr
		}
		resp, ferr := c.once(ctx, call, l.conn)
		if ferr == nil {
			resp.Reused = l.reused
			return resp, nil
		}
		stale := l.reused && ferr.Sent == SentNo && (ferr.Kind == KindNoAnswer || ferr.Kind == KindWrite)
		if !stale || fresh {
			return nil, ferr
		}
	}
}

// once makes one exchange on one connection and returns the connection.
func (c *Client) once(ctx context.Context, call *call, conn connection) (*Response, *Error) {
	req, body := call.request()
	defer body.Close() // the caller's body is not read after the call
	head, ferr := conn.exchange(ctx, req, body)
	if ferr != nil {
		conn.release(nil, false)
		return nil, ferr
	}
	resp := &Response{Status: head.StatusCode, Header: head.Header, FinalURL: call.url.String()}
	whole := false
	if isRedirect(head) {
		whole = discard(head.Body)
	} else if resp.Body, ferr = c.answers.read(ctx, head, call.answerCap); ferr == nil {
		whole = true
		if resp.Header.Get("Content-Encoding") != "" {
			resp.Header.Del("Content-Encoding")
			resp.Header.Del("Content-Length")
		}
	}
	if ferr != nil {
		ferr.Sent = SentMaybe
		if complete, _ := body.state(); complete {
			ferr.Sent = SentYes
		}
	}
	conn.release(head, whole)
	if ferr != nil {
		return nil, ferr
	}
	return resp, nil
}

func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	default:
		return false
	}
}
