package egress

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

const (
	answerBuffer  = 4 << 10
	requestBuffer = 32 << 10
	// maxInterim bounds the 1xx answers before the real one.
	maxInterim = 5
	// earlyAnswerGrace is how long an answer that explains the failure (413 and the like) is awaited after the connection broke
	// while the request was written.
	earlyAnswerGrace = 500 * time.Millisecond
	// writeGrace is how long the request may still be written after its answer is complete.
	writeGrace = 50 * time.Millisecond
	// unaskedGrace is how long the last check before a request waits to see what has come.
	unaskedGrace = 10 * time.Millisecond
)

var (
	errHeadersTooLarge = errors.New("egress: answer headers over their cap")
	errUnasked         = errors.New("egress: the kept connection is no longer silent")
)

// h1Protocol is shared by all HTTP/1.1 connections of a client.
type h1Protocol struct {
	maxHeader   int64
	idleTimeout time.Duration
	writers     sync.Pool // of *bufio.Writer; only a connection that is writing holds one
}

func newH1Protocol(cfg Config) *h1Protocol {
	return &h1Protocol{
		maxHeader:   int64(cfg.MaxHeaderBytes),
		idleTimeout: cfg.IdleTimeout,
		writers:     sync.Pool{New: func() any { return bufio.NewWriterSize(nil, requestBuffer) }},
	}
}

// h1Conn is one HTTP/1.1 connection, used by one exchange at a time.
type h1Conn struct {
	pool *pool
	key  siteKey
	wire *wireConn
	nc   net.Conn // wire, or TLS over it
	br   *bufio.Reader
	// allowance is how many bytes of headers may still be read, or -1 for a body, which has a cap of its own.
	allowance int64
	watched   chan error // why the idle watch ended; one value each time
	since     time.Time  // idle since then; guarded by the pool's lock
	kept      bool       // has had an exchange before
	heard     int64      // bytes that the wire had read when the last exchange ended

	stop  func() bool // unhooks the exchange's context
	wrote chan error  // the exchange's writer, joined by release
	began chan bool   // one value: whether the writer wrote anything, or ended before
	acked uint64      // the wire's acknowledged bytes before the exchange, or 0 if they are not known
}

func newH1Conn(p *pool, key siteKey, wire *wireConn, nc net.Conn) *h1Conn {
	c := &h1Conn{pool: p, key: key, wire: wire, nc: nc, watched: make(chan error, 1)}
	c.br = bufio.NewReaderSize(allowedReader{c}, answerBuffer)
	return c
}

// allowedReader reads from the connection while its allowance lasts.
type allowedReader struct{ c *h1Conn }

func (r allowedReader) Read(p []byte) (int, error) {
	c := r.c
	if c.allowance < 0 {
		return c.nc.Read(p)
	}
	if c.allowance == 0 {
		return 0, errHeadersTooLarge
	}
	n, err := c.nc.Read(p[:min(int64(len(p)), c.allowance)])
	c.allowance -= int64(n)
	return n, err
}

// sleep watches the idle connection. If the vendor closes it or sends something, it is not used again. The watch ends after the
// idle timeout.
func (c *h1Conn) sleep() {
	c.kept, c.heard = true, c.wire.heard.Load()
	c.allowance = c.pool.h1.maxHeader
	_ = c.nc.SetDeadline(time.Time{})
	_ = c.nc.SetReadDeadline(time.Now().Add(c.pool.h1.idleTimeout))
	go func() {
		err := c.listen()
		if c.pool.dropIdle(c) {
			_ = c.nc.Close()
		}
		c.watched <- err
	}()
}

// listen waits for a byte that nobody asked for, and returns why none came.
func (c *h1Conn) listen() error {
	_, err := c.br.Peek(1)
	if err == nil {
		c.unasked()
	}
	return err
}

// unasked notes that the vendor sent something without being asked. A 408 is the exception: servers say by it that they close
// an idle connection (RFC 9110, 15.5.9).
func (c *h1Conn) unasked() {
	first, _ := c.br.Peek(min(c.br.Buffered(), len("HTTP/1.1 408")))
	if text := string(first); text != "HTTP/1.1 408" && text != "HTTP/1.0 408" {
		c.pool.distrust(c.key.origin)
	}
}

// wake ends the watch and reports whether the connection is still silent and open.
func (c *h1Conn) wake() bool {
	_ = c.nc.SetReadDeadline(time.Unix(1, 0))
	return errors.Is(<-c.watched, os.ErrDeadlineExceeded) && c.wire.heard.Load() == c.heard
}

// gate is what a request is written through. Its first Write begins the exchange, unless a kept connection is no longer silent.
type gate struct {
	c    *h1Conn
	open bool
}

func (g *gate) Write(p []byte) (int, error) {
	c := g.c
	if !g.open {
		if c.kept && !c.silent() {
			return 0, errUnasked
		}
		g.open = true
		c.began <- true
	}
	return c.nc.Write(p)
}

// silent makes the last check before a request goes out over a kept connection. The end of the connection, or what TLS says
// beside the answers, also makes it useless, but is no reason to distrust the vendor.
func (c *h1Conn) silent() bool {
	if c.wire.readable() {
		_ = c.nc.SetReadDeadline(time.Now().Add(unaskedGrace))
		_ = c.listen()
		return false
	}
	c.acked = c.wire.acknowledged()
	if c.acked < uint64(c.wire.written.Load()) {
		c.acked = 0 // something is under way, or the system does not count
	}
	return true
}

func (c *h1Conn) exchange(ctx context.Context, req *http.Request, body *requestBody) (*http.Response, *Error) {
	before := c.wire.written.Load()
	_ = c.nc.SetDeadline(time.Time{})
	c.allowance = c.pool.h1.maxHeader
	c.acked = 0
	c.stop = context.AfterFunc(ctx, func() { _ = c.nc.SetDeadline(time.Unix(1, 0)) })
	c.wrote, c.began = make(chan error, 1), make(chan bool, 2)
	go func() {
		err := c.write(ctx, req, body, before)
		c.began <- false
		c.wrote <- err
	}()

	// Nothing is read before the request is on its way: it would be the answer to another one.
	var resp *http.Response
	var answered bool
	var ferr *Error
	if !<-c.began {
		ferr = fail(KindNoAnswer, "write request", message.EndedUnanswered, nil)
	} else if resp, answered, ferr = c.readHead(req); ferr == nil {
		return resp, nil
	}
	// The deadline ends a writer that is still running; after that the count is final.
	_ = c.nc.SetDeadline(time.Unix(1, 0))
	writeErr := <-c.wrote
	c.wrote <- writeErr
	complete, srcErr := body.state()
	written := c.wire.written.Load() > before
	switch {
	case srcErr != nil:
		ferr = fail(KindRequestBody, "read request body", message.BodyFailed, srcErr)
	case !answered && writeErr != nil && ended(ctx, "") == nil:
		ferr = fail(KindWrite, "write request", message.WriteBroke, writeErr)
	case ended(ctx, "") != nil:
		ferr = ended(ctx, "await answer")
	}
	switch {
	case written && answered && complete && writeErr == nil:
		ferr.Sent = SentYes
	case written:
		ferr.Sent = SentMaybe
	}
	return nil, ferr
}

// write writes the request. If that fails, it limits how long the answer is awaited. before is how many bytes the connection had
// written before the exchange.
func (c *h1Conn) write(ctx context.Context, req *http.Request, body *requestBody, before int64) error {
	bw := c.pool.h1.writers.Get().(*bufio.Writer)
	bw.Reset(&gate{c: c})
	err := req.Write(unflushed{bw})
	if err == nil {
		err = bw.Flush()
	}
	bw.Reset(nil)
	c.pool.h1.writers.Put(bw)
	if err == nil || ctx.Err() != nil {
		return err
	}
	grace := earlyAnswerGrace
	if _, srcErr := body.state(); srcErr != nil || c.wire.written.Load() == before {
		grace = 0 // the vendor cannot answer, or waits for the rest
	}
	_ = c.nc.SetReadDeadline(time.Now().Add(grace))
	return err
}

// unflushed hides the *bufio.Writer, since net/http would flush the headers before it reads the body. So a small request is one
// packet, and nothing is sent if its body does not open.
type unflushed struct{ *bufio.Writer }

// readHead reads up to the answer's body. Its errors do not carry the parser's, which quote the answer.
func (c *h1Conn) readHead(req *http.Request) (resp *http.Response, answered bool, ferr *Error) {
	const op = "read answer headers"
	if _, err := c.br.Peek(1); err != nil {
		return nil, false, fail(KindNoAnswer, "await answer", message.EndedUnanswered, err)
	}
	if c.acked > 0 && c.wire.acknowledged() == c.acked {
		// TCP acknowledges what it has received with everything it sends. So the vendor sent this before it had a byte of the
		// request, and it belongs to an earlier one.
		c.unasked()
		return nil, false, fail(KindBadAnswer, op, message.AnswerUnasked, nil)
	}
	for range maxInterim + 1 {
		resp, err := http.ReadResponse(c.br, req)
		switch {
		case errors.Is(err, errHeadersTooLarge) || err != nil && c.allowance == 0:
			return nil, true, fail(KindBadAnswer, op, message.AnswerHeadersLarge, nil)
		case err != nil:
			return nil, true, fail(KindBadAnswer, op, message.AnswerNotHTTP, nil)
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, true, fail(KindBadAnswer, op, message.AnswerSwitches, nil)
		case resp.StatusCode >= 200:
			c.allowance = -1
			return resp, true, nil
		}
	}
	return nil, true, fail(KindBadAnswer, op, message.AnswerInterim, nil)
}

// release does not close the answer's body, since net/http would read it to its end first.
func (c *h1Conn) release(resp *http.Response, whole bool) {
	if c.finish(whole && !resp.Close) && c.pool.pushIdle(c) {
		return
	}
	_ = c.nc.Close()
}

// finish waits for the exchange's writer and reports whether the connection can be used again.
func (c *h1Conn) finish(whole bool) bool {
	if whole {
		_ = c.nc.SetWriteDeadline(time.Now().Add(writeGrace))
	} else {
		_ = c.nc.Close()
	}
	writeErr := <-c.wrote
	live := c.stop()
	c.wrote, c.stop = nil, nil
	// Bytes after the end of the answer would be read as the next answer.
	if whole && c.br.Buffered() > 0 {
		c.unasked()
		return false
	}
	return whole && live && writeErr == nil
}
