package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/ocrmux/ocrmux/internal/message"
)

// h2Available reports whether net/http supports HTTP/2 in this process. GODEBUG=http2client=0 and the build tag nethttpomithttp2
// remove it.
func h2Available() bool {
	var t http.Transport
	t.CloseIdleConnections() // makes the transport set up its protocols; it has no connection
	return t.TLSNextProto[http2.NextProtoTLS] != nil
}

// newH2Transport returns a transport for one connection that the dialer has made. net/http has no other way to use an existing
// connection.
func newH2Transport(cfg Config, nc net.Conn) *http.Transport {
	t := &http.Transport{
		DialTLSContext:         func(context.Context, string, string) (net.Conn, error) { return nc, nil },
		Protocols:              new(http.Protocols),
		DisableCompression:     true, // the package decodes answers, under their cap
		MaxResponseHeaderBytes: int64(cfg.MaxHeaderBytes),
		IdleConnTimeout:        cfg.IdleTimeout,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:  cfg.HTTP2PingAfter,
			PingTimeout:      cfg.HTTP2PingTimeout,
			WriteByteTimeout: cfg.HTTP2PingAfter,
		},
	}
	t.Protocols.SetHTTP2(true)
	t.Protocols.SetUnencryptedHTTP2(true) // the connection is above TLS, and net/http does not see that
	return t
}

// speaksH2 returns the TLS connection if both sides want HTTP/2 over it, or nil.
func speaksH2(nc net.Conn) *tls.Conn {
	c, ok := nc.(*tls.Conn)
	if !ok || c.ConnectionState().NegotiatedProtocol != http2.NextProtoTLS {
		return nil
	}
	return c
}

// h2Conn is one HTTP/2 connection, shared by as many exchanges as the vendor allows streams.
type h2Conn struct {
	pool *pool
	key  siteKey
	cc   *http.ClientConn
	wire *h2Wire
	uses int  // exchanges that use it or wait for a stream; guarded by the pool's lock
	gone bool // takes no further exchange; guarded by the pool's lock
}

// newH2Conn starts HTTP/2 on a connection and reserves the stream of its first exchange.
func newH2Conn(ctx context.Context, p *pool, key siteKey, raw net.Conn, nc *tls.Conn) (*h2Conn, *Error) {
	const op = "connect"
	_ = nc.SetWriteDeadline(time.Now().Add(p.cfg.TLSTimeout)) // the preface is written without a context
	wire := newH2Wire(nc, raw)
	cc, err := newH2Transport(p.cfg, wire).NewClientConn(ctx, "https", key.origin.address())
	_ = nc.SetWriteDeadline(time.Time{})
	if err != nil {
		_ = nc.Close()
		return nil, fail(KindConnect, op, message.HTTP2NotSetUp, err)
	}
	c := &h2Conn{pool: p, key: key, cc: cc, wire: wire}
	cc.SetStateHook(func(cc *http.ClientConn) {
		if cc.Err() != nil {
			p.dropMulti(c)
		}
	})
	if cc.Reserve() != nil {
		_ = cc.Close()
		return nil, fail(KindConnect, op, message.HTTP2TakesNone, nil)
	}
	return c, nil
}

// h2Stream is the connection for one exchange.
type h2Stream struct {
	*h2Conn
	sent *h2Request
}

func (c *h2Conn) stream() *h2Stream { return &h2Stream{c, new(h2Request)} }

func (c *h2Stream) exchange(ctx context.Context, req *http.Request, body *requestBody) (*http.Response, *Error) {
	var answered atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// net/http encodes the headers and writes them under one lock, so that this request's are the next.
		WroteHeaderField:     func(string, []string) { c.wire.announce(c.sent) },
		GotFirstResponseByte: func() { answered.Store(true) },
	})
	resp, err := c.cc.RoundTrip(req.WithContext(ctx))
	if err == nil {
		return resp, nil
	}
	_, srcErr := body.state()
	ferr := fail(KindNoAnswer, "await answer", message.StreamUnanswered, nil)
	switch {
	case srcErr != nil:
		ferr = fail(KindRequestBody, "read request body", message.BodyFailed, srcErr)
	case ended(ctx, "") != nil:
		ferr = ended(ctx, "await answer")
	case answered.Load():
		ferr = fail(KindBadAnswer, "read answer headers", message.AnswerHeadersBad, nil)
	case isProtocolError(err):
		ferr = fail(KindBadAnswer, "await answer", message.HTTP2Broken, nil)
	}
	unsent, whole := c.wire.unsent(c.sent, req.ContentLength > 0)
	switch {
	case refused(err) || unsent && srcErr == nil:
		ferr.Sent = SentNo
	case answered.Load() && whole:
		ferr.Sent = SentYes
	default:
		ferr.Sent = SentMaybe
	}
	return nil, ferr
}

// refused reports whether the vendor declared that it did not process the request (RFC 9113, 8.7).
func refused(err error) bool {
	var se http2.StreamError
	return errors.As(err, &se) && se.Code == http2.ErrCodeRefusedStream
}

// isProtocolError reports whether a stream or the connection ended with an HTTP/2 error code. errors.As finds the stream errors of
// net/http as those of x/net (go.dev/issue/53896). Errors of a connection have only their text; if it changes, the failure counts
// as a lost connection.
func isProtocolError(err error) bool {
	var se http2.StreamError
	return errors.As(err, &se) || strings.HasPrefix(err.Error(), "connection error: ")
}

// release takes no further exchange to a connection on which one did not end with a whole answer, as for HTTP/1.1: a vendor that
// opens no window, or sends nothing more, would hold up every call after it.
func (c *h2Stream) release(resp *http.Response, whole bool) {
	if resp != nil {
		_ = resp.Body.Close() // resets the stream if there is more to come
	}
	c.wire.forget(c.sent)
	if !whole {
		c.pool.dropMulti(c.h2Conn)
	}
	c.pool.unuse(c.h2Conn)
}
