package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// speaker is a vendor on one listener whose answers and other words the test decides.
type speaker struct {
	url   string
	mu    sync.Mutex
	conns []net.Conn
}

func newSpeaker(t *testing.T) *speaker {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &speaker{url: "http://" + l.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			n := len(s.conns)
			s.mu.Unlock()
			running.Go(func() { s.serve(n, c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			_ = c.Close()
		}
		s.mu.Unlock()
		running.Wait()
	})
	return s
}

// serve answers each request, however its bytes arrive, with the number of its connection.
func (s *speaker) serve(n int, c net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d", n); err != nil {
			return
		}
	}
}

// say writes to a connection without being asked.
func (s *speaker) say(n int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.conns[n-1], text)
}

const stale = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstale"

// restingClient returns a client with a fake clock, and counts how often it distrusts its vendor.
func restingClient(t *testing.T, cfg Config) (*Client, *testenv.Clock, *atomic.Int32) {
	t.Helper()
	distrusted := new(atomic.Int32)
	cfg.Distrusted = func(string) { distrusted.Add(1) }
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	clock := testenv.NewClock(time.Unix(1e9, 0))
	c.pool.now = clock.Now
	return c, clock, distrusted
}

func operatorPolicy(t *testing.T, url string) *Policy {
	t.Helper()
	p, err := NewPolicy(PolicyConfig{Operator: []string{url}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// idle returns the idle connections, the longest idle first.
func (p *pool) idleConns() []*h1Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []*h1Conn
	for _, s := range p.sites {
		out = append(out, s.idle...)
	}
	return out
}

func TestPoolRestsConnectionsAndUsesTheLongestIdleFirst(t *testing.T) {
	t.Parallel()
	s := newSpeaker(t)
	c, clock, _ := restingClient(t, Config{})
	p := operatorPolicy(t, s.url)
	for i, step := range []struct {
		wait time.Duration
		conn string
	}{
		{0, "1"},
		{DefaultRest - 1, "2"}, // the first rests
		{1, "1"},               // has rested since the first call
		{DefaultRest - 2, "3"}, // the second has rested for a nanosecond less than it must
		{1, "2"},               // idle for longer than the first
		{0, "4"},
		{time.Second, "1"},
	} {
		clock.Forward(step.wait)
		resp, err := c.Do(t.Context(), p, &Request{URL: s.url})
		if err != nil {
			t.Fatal(err)
		}
		if string(resp.Body) != step.conn {
			t.Errorf("call %d went over connection %s, want %s", i+1, resp.Body, step.conn)
		}
	}
}

// TestClientChecksForUnaskedBytesRightBeforeTheRequest has the vendor speak after the connection was chosen.
//
//attack:vendor-crossing a second answer after the connection was chosen for another call
func TestClientChecksForUnaskedBytesRightBeforeTheRequest(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the system cannot tell")
	}
	for _, tt := range []struct {
		name, says string
		distrusted int32
	}{
		{"a second answer", stale, 1},
		{"any byte", "x", 1},
		{"that the connection was idle for too long", "HTTP/1.1 408 Request Timeout\r\n\r\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSpeaker(t)
			c, clock, distrusted := restingClient(t, Config{})
			p := operatorPolicy(t, s.url)
			if _, err := c.Do(t.Context(), p, &Request{URL: s.url}); err != nil {
				t.Fatal(err)
			}
			clock.Forward(time.Minute)
			kept := c.pool.idleConns()[0]
			opened := 0
			resp, err := c.Do(t.Context(), p, &Request{
				Method: "POST", URL: s.url, ContentLength: 4,
				Body: func() (io.ReadCloser, error) { // opened once the connection is chosen, before anything is written
					if opened++; opened == 1 {
						s.say(1, tt.says)
						for !kept.wire.readable() {
							runtime.Gosched()
						}
					}
					return io.NopCloser(&repeat{4}), nil
				},
			})
			if err != nil || string(resp.Body) != "2" || resp.Reused {
				t.Errorf("answer %+v, error %v", resp, err)
			}
			if n := distrusted.Load(); n != tt.distrusted {
				t.Errorf("distrusted %d times, want %d", n, tt.distrusted)
			}
			if kept := len(c.pool.idleConns()); kept != 1-int(tt.distrusted) {
				t.Errorf("%d connections are kept", kept)
			}
		})
	}
}

// repeat is so many bytes.
type repeat struct{ left int }

func (r *repeat) Read(p []byte) (int, error) {
	n := min(r.left, len(p))
	r.left -= n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// slowWire holds back the first write after hold is armed, until the client has judged what it read meanwhile.
type slowWire struct {
	*net.TCPConn
	armed  atomic.Bool
	hold   func()
	judged chan struct{}
}

func (w *slowWire) Write(p []byte) (int, error) {
	if w.armed.Load() {
		w.hold()
		<-w.judged
	}
	return w.TCPConn.Write(p)
}

// SetDeadline learns that the client has judged: it ends the writer by a deadline that is over.
func (w *slowWire) SetDeadline(t time.Time) error {
	if t.Equal(time.Unix(1, 0)) && w.armed.CompareAndSwap(true, false) {
		close(w.judged)
		return nil
	}
	return w.TCPConn.SetDeadline(t)
}

// TestClientRefusesAnAnswerThatCameBeforeItsRequest has the vendor speak after the last check.
//
//attack:vendor-crossing a second answer while the request of another call is written
func TestClientRefusesAnAnswerThatCameBeforeItsRequest(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the system does not count acknowledged bytes")
	}
	s := newSpeaker(t)
	var wire *slowWire
	c, clock, distrusted := restingClient(t, Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		wire = &slowWire{TCPConn: nc.(*net.TCPConn), hold: func() { s.say(1, stale) }, judged: make(chan struct{})}
		return wire, nil
	}})
	p := operatorPolicy(t, s.url)
	if _, err := c.Do(t.Context(), p, &Request{URL: s.url}); err != nil {
		t.Fatal(err)
	}
	clock.Forward(time.Minute)
	kept := c.pool.idleConns()[0]
	if kept.wire.acknowledged() < uint64(kept.wire.written.Load()) {
		t.Skip("this kernel does not count acknowledged bytes")
	}
	wire.armed.Store(true)
	_, err := c.Do(t.Context(), p, &Request{URL: s.url})
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindBadAnswer || e.Reason.Code() != message.AnswerUnasked || e.Sent != SentMaybe {
		t.Errorf("error %v", err)
	}
	if distrusted.Load() != 1 {
		t.Errorf("distrusted %d times", distrusted.Load())
	}
}

// TestPoolForgetsTheOldestOfManyDistrustedOrigins names more origins than are remembered.
//
//attack:vendor-bounds many hosts that all answer twice
func TestPoolForgetsTheOldestOfManyDistrustedOrigins(t *testing.T) {
	t.Parallel()
	c, _, distrusted := restingClient(t, Config{})
	for i := range maxDistrusted + 1 {
		for range 2 {
			c.pool.distrust(origin{"http", "127.0.0.1", uint16(i + 1)})
		}
	}
	if n := len(c.pool.distrusted); n != maxDistrusted || c.pool.distrusted[0].port != 2 || distrusted.Load() != maxDistrusted+1 {
		t.Errorf("%d origins, the first one with port %d, noticed %d times", n, c.pool.distrusted[0].port, distrusted.Load())
	}
}

// TestClientOverTLSChecksForWhatTLSHasTaken hides the begin of an answer where only TLS sees it.
//
//attack:vendor-crossing a part of a TLS record, whose rest follows under another call's request
func TestClientOverTLSChecksForWhatTLSHasTaken(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(ok))
	defer s.Close()
	c, clock, _ := restingClient(t, Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	p := operatorPolicy(t, s.URL)
	if _, err := c.Do(t.Context(), p, &Request{URL: s.URL}); err != nil {
		t.Fatal(err)
	}
	clock.Forward(time.Minute)
	c.pool.idleConns()[0].wire.heard.Add(1) // a part of a record has come, which TLS keeps
	resp, err := c.Do(t.Context(), p, &Request{URL: s.URL})
	if err != nil || resp.Reused {
		t.Errorf("answer %+v, error %v", resp, err)
	}
}
