package egress

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }

func TestPoolForgetsOriginsWithoutConnections(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(ok))
	defer s.Close()
	target := strings.TrimPrefix(s.URL, "http://")
	c, err := New(Config{Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, target)
	}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPolicy(PolicyConfig{Operator: []string{"http://127.0.0.1:1", "http://127.0.0.2:2", "http://[::1]:3"}})
	if err != nil {
		t.Fatal(err)
	}
	for o := range p.exact {
		if _, err := c.Do(t.Context(), p, &Request{URL: o.String()}); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.pool.sites) != 3 || c.pool.idle != 3 {
		t.Fatalf("%d sites with %d idle connections, want 3 and 3", len(c.pool.sites), c.pool.idle)
	}
	c.CloseIdle()
	if len(c.pool.sites) != 0 || c.pool.idle != 0 {
		t.Errorf("%d sites with %d idle connections are left", len(c.pool.sites), c.pool.idle)
	}
}

func TestPoolForgetsHTTP2ConnectionsThatTheVendorCloses(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(ok))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c, err := New(Config{RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := NewPolicy(PolicyConfig{Operator: []string{s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), p, &Request{URL: s.URL}); err != nil {
		t.Fatal(err)
	}
	sites := func() int {
		c.pool.mu.Lock()
		defer c.pool.mu.Unlock()
		return len(c.pool.sites)
	}
	if n := sites(); n != 1 {
		t.Fatalf("%d sites, want 1", n)
	}
	s.CloseClientConnections()
	for sites() > 0 { // a pool that does not forget ends with the test's timeout
		runtime.Gosched()
	}
}

// deafConn fails every Write without writing, while deaf is set.
type deafConn struct {
	net.Conn
	deaf *atomic.Bool
}

func (c deafConn) Write(p []byte) (int, error) {
	if c.deaf.Load() {
		return 0, errors.New("broken pipe")
	}
	return c.Conn.Write(p)
}

func TestClientReplacesAKeptConnectionThatTakesNoByte(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		ok(w, r)
	}))
	defer s.Close()
	var flags []*atomic.Bool
	c, err := New(Config{Rest: 1, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := (&net.Dialer{}).DialContext(ctx, network, address)
		flags = append(flags, new(atomic.Bool))
		return deafConn{nc, flags[len(flags)-1]}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := NewPolicy(PolicyConfig{Operator: []string{s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		resp, err := c.Do(t.Context(), p, &Request{Method: "POST", URL: s.URL})
		if err != nil || resp.Reused {
			t.Fatalf("request %d: answer %v, error %v", i, resp, err)
		}
		flags[0].Store(true)
	}
	if requests.Load() != 2 || len(flags) != 2 {
		t.Errorf("%d requests over %d connections, want 2 over 2", requests.Load(), len(flags))
	}
}

func TestClientGivesUpOnANewConnectionThatTakesNoByte(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(ok))
	defer s.Close()
	dials := 0
	deaf := new(atomic.Bool)
	deaf.Store(true)
	c, err := New(Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		nc, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return deafConn{nc, deaf}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := NewPolicy(PolicyConfig{Operator: []string{s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), p, &Request{Method: "POST", URL: s.URL})
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindWrite || e.Sent != SentNo || dials != 1 {
		t.Errorf("error %v after %d dials", err, dials)
	}
}
