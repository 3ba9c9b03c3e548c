package egress_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

func TestClientSendsTheRequestAsItIs(t *testing.T) {
	t.Parallel()
	type seen struct {
		Method, URI, Host, Body, Key, Agent string
		Length                              int64
		Encoding                            []string
	}
	var got seen
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.RequestURI, r.Host, string(b), r.Header.Get("X-Key"), r.UserAgent(), r.ContentLength, r.TransferEncoding}
		w.Header().Set("X-Answer", "1")
		w.WriteHeader(418)
		_, _ = io.WriteString(w, "teapot")
	}))
	defer s.Close()
	c := newClient(t, egress.Config{})
	host := strings.TrimPrefix(s.URL, "http://")

	resp, err := c.Do(t.Context(), named(t, s.URL), &egress.Request{
		Method: "POST", URL: s.URL + "/a%2Fb/%e4?sig=a%2bb&z=1&a=2#fragment", Body: bodyOf("hello"), ContentLength: 5,
		Header: http.Header{"X-Key": {"v"}, "Host": {host}, "Content-Length": {"99"}, "Accept-Encoding": {"br"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := seen{"POST", "/a%2Fb/%e4?sig=a%2bb&z=1&a=2", host, "hello", "v", "ocrmux", 5, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if resp.Status != 418 || string(resp.Body) != "teapot" || resp.Header.Get("X-Answer") != "1" {
		t.Errorf("answer = %d %q %v", resp.Status, resp.Body, resp.Header)
	}

	if _, err = c.Do(t.Context(), named(t, s.URL), &egress.Request{Method: "POST", URL: s.URL}); err != nil {
		t.Fatal(err)
	}
	if got.Length != 0 || got.Encoding != nil {
		t.Errorf("a POST without body was sent with length %d, encoding %v", got.Length, got.Encoding)
	}
}

func TestClientReadsNoBodyOfAHead(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, answer("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\nContent-Encoding: gzip\r\n\r\n"))
	c := newClient(t, egress.Config{})
	resp, err := c.Do(t.Context(), named(t, s.url), &egress.Request{Method: "HEAD", URL: s.url, ResponseCap: 10})
	if err != nil || len(resp.Body) != 0 || resp.Status != 200 {
		t.Fatalf("answer %v, error %v", resp, err)
	}
}

func TestClientOverIPv6(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		testenv.Missing(t, "an IPv6 loopback: %v", err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: hello}}
	s.Start()
	defer s.Close()
	c := newClient(t, egress.Config{})
	if resp, err := c.Do(t.Context(), named(t, s.URL), post(s.URL)); err != nil || string(resp.Body) != "hello" {
		t.Fatalf("answer %v, error %v", resp, err)
	}
}

func TestConfigRefusesNegativeLimits(t *testing.T) {
	t.Parallel()
	if _, err := egress.New(egress.Config{MaxIdle: -1}); err == nil || !strings.Contains(err.Error(), "MaxIdle") {
		t.Errorf("error = %v", err)
	}
}

func TestClientRefusesBeforeItSends(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(int, net.Conn) { t.Error("something was sent") })
	c := newClient(t, egress.Config{})
	small := newPolicy(t, egress.PolicyConfig{Operator: []string{s.url}, MaxRequestBytes: 1000})
	for _, tt := range []struct {
		name string
		kind egress.Kind
		edit func(*egress.Request)
	}{
		{"a body over the cap", egress.KindRequestTooLarge, func(r *egress.Request) { r.ContentLength = 1001 }},
		{"a query over the cap", egress.KindRequestTooLarge, func(r *egress.Request) { r.URL += strings.Repeat("x", 1000) }},
		{"headers over the cap", egress.KindRequestTooLarge, func(r *egress.Request) { r.Header.Set("X", strings.Repeat("x", 1000)) }},
		{"a body of unknown length", egress.KindInvalidRequest, func(r *egress.Request) { r.ContentLength = -1 }},
		{"a length without body", egress.KindInvalidRequest, func(r *egress.Request) { r.Body = nil }},
		{"a method with a space", egress.KindInvalidRequest, func(r *egress.Request) { r.Method = "GET " + secret }},
		{"CONNECT", egress.KindInvalidRequest, func(r *egress.Request) { r.Method = "CONNECT" }},
		{"a header value with a line break", egress.KindInvalidRequest, func(r *egress.Request) { r.Header["X"] = []string{secret + "\r\nY: z"} }},
		{"a header name with a colon", egress.KindInvalidRequest, func(r *egress.Request) { r.Header[secret+":"] = []string{"x"} }},
		{"Transfer-Encoding", egress.KindInvalidRequest, func(r *egress.Request) { r.Header["transfer-encoding"] = []string{"chunked"} }},
		{"another Host", egress.KindInvalidRequest, func(r *egress.Request) { r.Header.Set("Host", secret+".example") }},
		{"a host nobody named", egress.KindHostRefused, func(r *egress.Request) { r.URL = "https://elsewhere.example/" + secret }},
		{"a text that is no URL", egress.KindInvalidURL, func(r *egress.Request) { r.URL = "http://[" + secret }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := post(s.url)
			tt.edit(r)
			_, err := c.Do(t.Context(), small, r)
			wantError(t, err, tt.kind, egress.SentNo)
		})
	}
	t.Run("a context that is over", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Do(ctx, named(t, s.url), post(s.url))
		wantError(t, err, egress.KindCancelled, egress.SentNo)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not wrap context.Canceled", err)
		}
	})
	t.Run("a closed client", func(t *testing.T) {
		c := newClient(t, egress.Config{})
		_ = c.Close()
		_, err := c.Do(t.Context(), named(t, s.url), post(s.url))
		wantError(t, err, egress.KindClosed, egress.SentNo)
	})
}

type brokenBody struct {
	io.Reader
	closed *atomic.Int32
}

func (b brokenBody) Close() error { b.closed.Add(1); return nil }

func TestClientReportsFaultsOfTheRequestBody(t *testing.T) {
	t.Parallel()
	errSource := errors.New("the picture is gone")
	for _, tt := range []struct {
		name string
		body io.Reader
		want error
	}{
		{"a body that fails midway", io.MultiReader(strings.NewReader("12345"), failing{errSource}), errSource},
		{"a body that fails at once", failing{errSource}, errSource},
		{"a body that ends early", strings.NewReader("12345"), nil},
		{"a body that goes on", strings.NewReader(strings.Repeat("x", 100)), nil},
		{"a body that fails where it should end", io.MultiReader(strings.NewReader("1234567890"), failing{errSource}), errSource},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var complete atomic.Bool
			s := newRawServer(t, func(_ int, c net.Conn) { complete.Store(readRequest(c) != nil) })
			c := newClient(t, egress.Config{})
			var closed atomic.Int32
			r := post(s.url)
			r.ContentLength = 10
			r.Body = func() (io.ReadCloser, error) { return brokenBody{tt.body, &closed}, nil }
			_, err := c.Do(t.Context(), named(t, s.url), r)
			// The headers are still in the write buffer when such a short body fails.
			wantError(t, err, egress.KindRequestBody, egress.SentNo)
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%v does not wrap the source's error", err)
			}
			if closed.Load() != 1 || complete.Load() {
				t.Errorf("body closed %d times, vendor saw a complete request: %v", closed.Load(), complete.Load())
			}
		})
	}
	t.Run("a body that fails after much of it left counts as maybe sent", func(t *testing.T) {
		s := newRawServer(t, func(_ int, c net.Conn) { readRequest(c) })
		c := newClient(t, egress.Config{})
		r := post(s.url)
		r.ContentLength = 1 << 20
		r.Body = func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<19)), failing{errSource})), nil
		}
		_, err := c.Do(t.Context(), named(t, s.url), r)
		wantError(t, err, egress.KindRequestBody, egress.SentMaybe)
	})
	t.Run("a body that does not open", func(t *testing.T) {
		s := newRawServer(t, func(_ int, c net.Conn) { readRequest(c) })
		c := newClient(t, egress.Config{})
		r := post(s.url)
		r.Body = func() (io.ReadCloser, error) { return nil, errSource }
		_, err := c.Do(t.Context(), named(t, s.url), r)
		wantError(t, err, egress.KindRequestBody, egress.SentNo)
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestClientEndsWithTheContext(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer string // sent before the vendor stalls
	}{
		//attack-each:vendor-bounds
		{"before the answer", ""},
		{"within the headers", "HTTP/1.1 200 OK\r\nX: "},
		{"within the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"},
	} {
		t.Run("a stall "+tt.name, func(t *testing.T) {
			stalled := make(chan struct{})
			s := newRawServer(t, func(_ int, c net.Conn) {
				readRequest(c)
				_, _ = io.WriteString(c, tt.answer)
				close(stalled)
				_, _ = io.Copy(io.Discard, c) // until the client hangs up
			})
			c := newClient(t, egress.Config{})
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-stalled; cancel() }()
			_, err := c.Do(ctx, named(t, s.url), post(s.url))
			var e *egress.Error
			if !errors.As(err, &e) || e.Kind != egress.KindCancelled || e.Sent == egress.SentNo {
				t.Fatalf("error = %v", err)
			}
			wantError(t, err, e.Kind, e.Sent)
		})
	}
	t.Run("its own timeout while the vendor thinks", func(t *testing.T) {
		s := newRawServer(t, func(_ int, c net.Conn) { _, _ = io.Copy(io.Discard, c) })
		c := newClient(t, egress.Config{})
		r := post(s.url)
		r.Timeout = 1e7 // 10 ms: the server never answers, so that any time does
		_, err := c.Do(t.Context(), named(t, s.url), r)
		var e *egress.Error
		if !errors.As(err, &e) || e.Kind != egress.KindTimeout || !e.Timeout || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error = %v", err)
		}
	})
	//attack:vendor-bounds reading nothing of a large body
	t.Run("while a large body is being written to a vendor that does not read", func(t *testing.T) {
		accepted := make(chan struct{})
		done := make(chan struct{})
		defer close(done)
		s := newRawServer(t, func(_ int, c net.Conn) { close(accepted); <-done })
		c := newClient(t, egress.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-accepted; cancel() }()
		r := post(s.url)
		r.ContentLength = 30 << 20
		r.Body = bodyOf(strings.Repeat("x", 30<<20))
		_, err := c.Do(ctx, named(t, s.url), r)
		var e *egress.Error
		if !errors.As(err, &e) || e.Kind != egress.KindCancelled || e.Sent == egress.SentYes {
			t.Fatalf("error = %v", err)
		}
	})
	t.Run("while it waits for a slot", func(t *testing.T) {
		s := newRawServer(t, func(_ int, c net.Conn) { readRequest(c); _, _ = io.Copy(io.Discard, c) })
		c := newClient(t, egress.Config{MaxInFlightPerOrigin: 1})
		opened := make(chan struct{})
		first, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r := post(s.url)
			inner := r.Body
			r.Body = func() (io.ReadCloser, error) { close(opened); return inner() }
			_, _ = c.Do(first, named(t, s.url), r)
		}()
		<-opened
		r := post(s.url)
		r.Timeout = 1e7
		_, err := c.Do(t.Context(), named(t, s.url), r)
		wantError(t, err, egress.KindTimeout, egress.SentNo)
		stop()
		<-ended
	})
}
