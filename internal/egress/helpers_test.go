package egress_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// secret is in path, query, headers and bodies of the tests' requests and in answers. No error may have it.
const secret = "S3CRET-marker"

func newClient(t testing.TB, cfg egress.Config) *egress.Client {
	t.Helper()
	c, err := egress.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func newPolicy(t testing.TB, cfg egress.PolicyConfig) *egress.Policy {
	t.Helper()
	p, err := egress.NewPolicy(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// named is the policy of a provider whose endpoint the operator set to url.
func named(t testing.TB, url ...string) *egress.Policy {
	return newPolicy(t, egress.PolicyConfig{Operator: url})
}

func bodyOf(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

// post returns a request with the secret in every part.
func post(url string) *egress.Request {
	text := `{"image":"` + secret + `"}`
	return &egress.Request{
		Method: "POST", URL: url + "/" + secret + "?key=" + secret,
		Header: http.Header{"Authorization": {secret}, "X-Key": {secret}, "Idempotency-Key": {"1"}},
		Body:   bodyOf(text), ContentLength: int64(len(text)),
	}
}

// wantError checks kind and sent, and that the error's text does not have the secret.
func wantError(t *testing.T, err error, kind egress.Kind, sent egress.Sent) *egress.Error {
	t.Helper()
	var e *egress.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *egress.Error of kind %s", err, err, kind)
	}
	if e.Kind != kind || e.Sent != sent {
		t.Errorf("error is %s, sent %s; want %s, sent %s\n%v", e.Kind, e.Sent, kind, sent, e)
	}
	for chain := err; chain != nil; chain = errors.Unwrap(chain) {
		if strings.Contains(chain.Error(), secret) {
			t.Errorf("error text shows the secret: %q", chain)
		}
	}
	return e
}

// wantSent checks what an error says of the request, where its kind is a matter of luck.
func wantSent(t *testing.T, err error, sent egress.Sent) {
	t.Helper()
	var e *egress.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *egress.Error", err, err)
	}
	wantError(t, err, e.Kind, sent)
}

// captureLog returns what goes to the standard log from now to the end of the test.
func captureLog(t *testing.T) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	before := log.Writer()
	log.SetOutput(&b)
	t.Cleanup(func() { log.SetOutput(before) })
	return &b
}

// rawServer runs serve for each connection of a listener on loopback, and ends with the test.
type rawServer struct {
	url   string
	mu    sync.Mutex
	conns int
}

func newRawServer(t testing.TB, serve func(n int, c net.Conn)) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + l.Addr().String()}
	var running sync.WaitGroup
	var open []net.Conn
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns++
			n := s.conns
			open = append(open, c)
			s.mu.Unlock()
			running.Go(func() { defer c.Close(); serve(n, c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		s.mu.Unlock()
		running.Wait()
	})
	return s
}

func (s *rawServer) accepted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// readRequest reads one whole request and returns its body.
func readRequest(c net.Conn) []byte {
	var all bytes.Buffer
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		all.Write(buf[:n])
		head, body, ok := bytes.Cut(all.Bytes(), []byte("\r\n\r\n"))
		if ok {
			_, rest, _ := strings.Cut(string(head), "Content-Length: ")
			want := 0
			for _, d := range rest {
				if d < '0' || d > '9' {
					break
				}
				want = want*10 + int(d-'0')
			}
			if len(body) >= want {
				return body
			}
		}
		if err != nil {
			return nil
		}
	}
}

// answer serves one request with fixed bytes.
func answer(text string) func(int, net.Conn) {
	return func(_ int, c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, text)
	}
}

func tlsServer(t testing.TB, h http.Handler, h2 bool) (*httptest.Server, egress.Config) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = h2
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, egress.Config{RootCAs: roots}
}

// fakeResolver answers each look-up of a name with the next of its answers, and repeats the last one.
type fakeResolver struct {
	mu      sync.Mutex
	answers map[string][][]string
}

func (r *fakeResolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := r.answers[host]
	if len(left) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(left) > 1 {
		r.answers[host] = left[1:]
	}
	var out []netip.Addr
	for _, a := range left[0] {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}
