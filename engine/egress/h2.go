package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
)

// h2Protocol is what all HTTP/2 connections of a client share.
type h2Protocol struct{ transport *http2.Transport }

func newH2Protocol(cfg Config) *h2Protocol {
	return &h2Protocol{transport: &http2.Transport{
		DisableCompression: true, // answers are decoded here, under their cap
		MaxHeaderListSize:  uint32(cfg.MaxHeaderBytes),
		IdleConnTimeout:    cfg.IdleTimeout,
		ReadIdleTimeout:    cfg.HTTP2PingAfter,
		PingTimeout:        cfg.HTTP2PingTimeout,
		WriteByteTimeout:   cfg.HTTP2PingAfter,
	}}
}

func speaksH2(nc net.Conn) bool {
	c, ok := nc.(*tls.Conn)
	return ok && c.ConnectionState().NegotiatedProtocol == http2.NextProtoTLS
}

// h2Conn is one HTTP/2 connection, shared by as many exchanges as the vendor allows streams.
type h2Conn struct {
	pool *pool
	key  siteKey
	cc   *http2.ClientConn
	uses int  // exchanges that have it or are asking it for a stream; guarded by the pool's lock
	gone bool // closed; guarded by the pool's lock
}

func newH2Conn(p *pool, key siteKey, wire *wireConn, nc net.Conn) (*h2Conn, *Error) {
	c := &h2Conn{pool: p, key: key}
	wire.onClose = func() { p.dropMulti(c) }
	_ = nc.SetWriteDeadline(time.Now().Add(p.cfg.TLSTimeout)) // for the preface, which knows no context
	cc, err := p.h2.transport.NewClientConn(nc)
	_ = nc.SetWriteDeadline(time.Time{})
	if err != nil {
		_ = nc.Close()
		return nil, fail(KindConnect, "connect", "the HTTP/2 connection could not be set up", err)
	}
	c.cc = cc
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
	ferr := fail(KindNoAnswer, "await answer", "the HTTP/2 stream ended without an answer", nil)
	switch {
	case srcErr != nil:
		ferr = fail(KindRequestBody, "read request body", "the request body failed or has another length than stated", srcErr)
	case ended(ctx, "") != nil:
		ferr = ended(ctx, "await answer")
	case answered.Load():
		ferr = fail(KindBadAnswer, "read answer headers", "the answer's headers are malformed or over their cap", nil)
	case isProtocolError(err):
		ferr = fail(KindBadAnswer, "await answer", "the vendor broke the HTTP/2 protocol", nil)
	}
	switch {
	case unprocessed(err):
		ferr.Sent = SentNo
	case answered.Load() && complete:
		ferr.Sent = SentYes
	default:
		// The stream's writer is a goroutine of its own; that no header has left cannot be proven from here.
		ferr.Sent = SentMaybe
	}
	return nil, ferr
}

// unprocessed reports whether the vendor vouched that it did nothing about the request: REFUSED_STREAM, a stream above
// GOAWAY's last (RFC 9113, 6.8 and 8.7), or a connection that was closing before the stream began. http2 exports no
// value for the latter two; should their texts change, the answer turns to false, which only costs a retry.
func unprocessed(err error) bool {
	if se := (http2.StreamError{}); errors.As(err, &se) {
		return se.Code == http2.ErrCodeRefusedStream
	}
	switch err.Error() {
	case "http2: Transport received Server's graceful shutdown GOAWAY", "http2: client conn not usable":
		return true
	default:
		return false
	}
}

func isProtocolError(err error) bool {
	var ce http2.ConnectionError
	var se http2.StreamError
	return errors.As(err, &ce) || errors.As(err, &se)
}

func (c *h2Conn) release(resp *http.Response, _ bool) {
	if resp != nil {
		_ = resp.Body.Close() // resets the stream if there is more to come
	}
	c.pool.unuse(c)
}
