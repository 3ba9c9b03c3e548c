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
	return t
}

func speaksH2(nc net.Conn) bool {
	c, ok := nc.(*tls.Conn)
	return ok && c.ConnectionState().NegotiatedProtocol == http2.NextProtoTLS
}

// h2Conn is one HTTP/2 connection, shared by as many exchanges as the vendor allows streams.
type h2Conn struct {
	pool *pool
	key  siteKey
	cc   *http.ClientConn
	uses int  // exchanges that use it or wait for a stream; guarded by the pool's lock
	gone bool // closed; guarded by the pool's lock
}

// newH2Conn starts HTTP/2 on a connection and reserves the stream of its first exchange.
func newH2Conn(ctx context.Context, p *pool, key siteKey, nc net.Conn) (*h2Conn, *Error) {
	const op = "connect"
	_ = nc.SetWriteDeadline(time.Now().Add(p.cfg.TLSTimeout)) // the preface is written without a context
	cc, err := newH2Transport(p.cfg, nc).NewClientConn(ctx, "https", key.origin.address())
	_ = nc.SetWriteDeadline(time.Time{})
	if err != nil {
		_ = nc.Close()
		return nil, fail(KindConnect, op, message.HTTP2NotSetUp, err)
	}
	c := &h2Conn{pool: p, key: key, cc: cc}
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

func (c *h2Conn) exchange(ctx context.Context, req *http.Request, body *requestBody) (*http.Response, *Error) {
	var answered atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotFirstResponseByte: func() { answered.Store(true) },
	})
	resp, err := c.cc.RoundTrip(req.WithContext(ctx))
	if err == nil {
		return resp, nil
	}
	complete, srcErr := body.state()
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
	switch {
	case unprocessed(err):
		ferr.Sent = SentNo
	case answered.Load() && complete:
		ferr.Sent = SentYes
	default:
		// Another goroutine writes the stream, so it is unknown whether a header was sent.
		ferr.Sent = SentMaybe
	}
	return nil, ferr
}

// unprocessed reports whether the vendor declared that it did not process the request: REFUSED_STREAM, a stream above the last one
// of GOAWAY (RFC 9113, 6.8 and 8.7), or a connection that closed before the stream began. net/http exports no values for the last
// two. If their texts change, unprocessed returns false, which only costs a retry.
func unprocessed(err error) bool {
	if se := (http2.StreamError{}); errors.As(err, &se) {
		return se.Code == http2.ErrCodeRefusedStream
	}
	switch err.Error() {
	case "http2: Transport received Server's graceful shutdown GOAWAY",
		"http2: client conn not usable", "http2: client conn could not be established":
		return true
	default:
		return false
	}
}

// isProtocolError reports whether a stream or the connection ended with an HTTP/2 error code. errors.As finds the stream errors of
// net/http as those of x/net (go.dev/issue/53896). Errors of a connection have only their text; if it changes, the failure counts
// as a lost connection.
func isProtocolError(err error) bool {
	var se http2.StreamError
	return errors.As(err, &se) || strings.HasPrefix(err.Error(), "connection error: ")
}

func (c *h2Conn) release(resp *http.Response, _ bool) {
	if resp != nil {
		_ = resp.Body.Close() // resets the stream if there is more to come
	}
	c.pool.unuse(c)
}
