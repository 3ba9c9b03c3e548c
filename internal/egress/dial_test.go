package egress_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/egress"
)

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })

// dialLog dials the test's server for every address, and records the addresses.
type dialLog struct {
	mu     sync.Mutex
	target string
	asked  []string
}

func (d *dialLog) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	d.asked = append(d.asked, address)
	d.mu.Unlock()
	if d.target == "" {
		return nil, errors.New("refused by the test")
	}
	return (&net.Dialer{}).DialContext(ctx, network, d.target)
}

func TestClientChecksAddressesWhenItDials(t *testing.T) {
	s := httptest.NewServer(hello)
	defer s.Close()
	u, _ := url.Parse(s.URL)
	manifest := newPolicy(t, egress.PolicyConfig{Hosts: []string{"http://api.example"}, AllowPlainHTTP: true})
	operator := newPolicy(t, egress.PolicyConfig{Operator: []string{"http://api.example"}, AllowPlainHTTP: true})
	loopback := newPolicy(t, egress.PolicyConfig{Operator: []string{"http://api.example"}})
	const ok = egress.Kind("")
	for _, tt := range []struct {
		name   string
		policy *egress.Policy
		addrs  []string
		kind   egress.Kind
		dialed []string
	}{
		{"a public address", manifest, []string{"1.1.1.1"}, ok, []string{"1.1.1.1:80"}},
		{"a public IPv6 address", manifest, []string{"2400:3200::1"}, ok, []string{"[2400:3200::1]:80"}},
		//attack-each:plugin-network
		{"loopback", manifest, []string{"127.0.0.1"}, egress.KindAddressRefused, nil},
		{"a private address", manifest, []string{"10.0.0.1"}, egress.KindAddressRefused, nil},
		{"a metadata service", manifest, []string{"169.254.169.254"}, egress.KindAddressRefused, nil},
		{"mapped loopback", manifest, []string{"::ffff:127.0.0.1"}, egress.KindAddressRefused, nil},
		{"a private address before a public one", manifest, []string{"10.0.0.1", "1.1.1.1"}, ok, []string{"1.1.1.1:80"}},
		//attack-each:
		{"a private address the operator named", operator, []string{"10.0.0.1"}, ok, []string{"10.0.0.1:80"}},
		{"plain http to a name on loopback that the operator named", loopback, []string{"127.0.0.1"}, ok, []string{"127.0.0.1:80"}},
		{"plain http to a name elsewhere that the operator named", loopback, []string{"10.0.0.1"}, egress.KindSchemeRefused, nil},
		{"no address", operator, []string{}, egress.KindResolve, nil},
		{"an unknown name", operator, nil, egress.KindResolve, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &dialLog{target: u.Host}
			r := &fakeResolver{answers: map[string][][]string{}}
			if tt.addrs != nil {
				r.answers["api.example"] = [][]string{tt.addrs}
			}
			c := newClient(t, egress.Config{Resolver: r, Dial: d.dial})
			_, err := c.Do(t.Context(), tt.policy, post("http://api.example"))
			if tt.kind != ok {
				wantError(t, err, tt.kind, egress.SentNo)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.dialed, d.asked); diff != "" {
				t.Errorf("dialled (-want +got):\n%s", diff)
			}
		})
	}
	//attack:plugin-network a name that is rebound to a private address
	t.Run("a name that is rebound to a private address is refused on the next connection", func(t *testing.T) {
		d := &dialLog{target: u.Host}
		r := &fakeResolver{answers: map[string][][]string{"api.example": {{"1.1.1.1"}, {"127.0.0.1"}}}}
		c := newClient(t, egress.Config{Resolver: r, Dial: d.dial})
		if _, err := c.Do(t.Context(), manifest, post("http://api.example")); err != nil {
			t.Fatal(err)
		}
		c.CloseIdle()
		_, err := c.Do(t.Context(), manifest, post("http://api.example"))
		wantError(t, err, egress.KindAddressRefused, egress.SentNo)
		if diff := cmp.Diff([]string{"1.1.1.1:80"}, d.asked); diff != "" {
			t.Errorf("dialled (-want +got):\n%s", diff)
		}
	})
	//attack:plugin-network using a connection that the operator's word allowed for another provider
	t.Run("a connection the operator's word allowed does not serve a provider without it", func(t *testing.T) {
		d := &dialLog{target: u.Host}
		r := &fakeResolver{answers: map[string][][]string{"api.example": {{"10.0.0.1"}}}}
		c := newClient(t, egress.Config{Resolver: r, Dial: d.dial})
		if _, err := c.Do(t.Context(), operator, post("http://api.example")); err != nil {
			t.Fatal(err)
		}
		_, err := c.Do(t.Context(), manifest, post("http://api.example"))
		wantError(t, err, egress.KindAddressRefused, egress.SentNo)
	})
	t.Run("every allowed address is tried", func(t *testing.T) {
		d := &dialLog{}
		r := &fakeResolver{answers: map[string][][]string{"api.example": {{"1.1.1.1", "10.0.0.1", "1.0.0.1"}}}}
		c := newClient(t, egress.Config{Resolver: r, Dial: d.dial})
		_, err := c.Do(t.Context(), manifest, post("http://api.example"))
		wantError(t, err, egress.KindConnect, egress.SentNo)
		if diff := cmp.Diff([]string{"1.1.1.1:80", "1.0.0.1:80"}, d.asked); diff != "" {
			t.Errorf("dialled (-want +got):\n%s", diff)
		}
	})
	t.Run("a connect timeout is a timeout of kind connect", func(t *testing.T) {
		stall := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
		c := newClient(t, egress.Config{Dial: stall, ConnectTimeout: 1e6})
		_, err := c.Do(t.Context(), named(t, "https://10.0.0.1"), post("https://10.0.0.1"))
		if e := wantError(t, err, egress.KindConnect, egress.SentNo); !e.Timeout {
			t.Error("Timeout is not set")
		}
	})
	t.Run("proxies of the environment are not used", func(t *testing.T) {
		t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
		t.Setenv("http_proxy", "http://127.0.0.1:1")
		d := &dialLog{target: u.Host}
		r := &fakeResolver{answers: map[string][][]string{"api.example": {{"1.1.1.1"}}}}
		c := newClient(t, egress.Config{Resolver: r, Dial: d.dial})
		if _, err := c.Do(t.Context(), manifest, post("http://api.example")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestClientTLS(t *testing.T) {
	t.Parallel()
	s, cfg := tlsServer(t, hello, false)
	t.Run("an authority that is trusted", func(t *testing.T) {
		resp, err := newClient(t, cfg).Do(t.Context(), named(t, s.URL), post(s.URL))
		if err != nil || string(resp.Body) != "hello" {
			t.Fatalf("answer %v, error %v", resp, err)
		}
	})
	//attack:vendor-identity a certificate of an authority that nobody trusts
	t.Run("an authority nobody trusts", func(t *testing.T) {
		_, err := newClient(t, egress.Config{}).Do(t.Context(), named(t, s.URL), post(s.URL))
		wantError(t, err, egress.KindTLS, egress.SentNo)
	})
	//attack:vendor-identity a certificate for another name
	t.Run("a certificate for another name", func(t *testing.T) {
		cfg := cfg
		cfg.Dial = (&dialLog{target: s.Listener.Addr().String()}).dial
		_, err := newClient(t, cfg).Do(t.Context(), named(t, "https://10.9.9.9"), post("https://10.9.9.9"))
		wantError(t, err, egress.KindTLS, egress.SentNo)
	})
	//attack:vendor-identity plain HTTP in answer to a handshake
	t.Run("a server that speaks plain http", func(t *testing.T) {
		plain := newRawServer(t, func(_ int, c net.Conn) {
			buf := make([]byte, 100)
			_, _ = c.Read(buf)
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n" + secret))
		})
		u := "https" + plain.url[len("http"):]
		_, err := newClient(t, cfg).Do(t.Context(), named(t, u), post(u))
		wantError(t, err, egress.KindTLS, egress.SentNo)
	})
	//attack:vendor-bounds a handshake without end
	t.Run("a server that never shakes hands", func(t *testing.T) {
		mute := newRawServer(t, func(_ int, c net.Conn) { readRequest(c) })
		u := "https" + mute.url[len("http"):]
		_, err := newClient(t, egress.Config{TLSTimeout: 1e7}).Do(t.Context(), named(t, u), post(u))
		if e := wantError(t, err, egress.KindTLS, egress.SentNo); !e.Timeout {
			t.Error("Timeout is not set")
		}
	})
	t.Run("an idle TLS connection is reused", func(t *testing.T) {
		cfg := cfg
		cfg.Rest = 1
		c := newClient(t, cfg)
		for i := range 3 {
			resp, err := c.Do(t.Context(), named(t, s.URL), post(s.URL))
			if err != nil {
				t.Fatal(err)
			}
			if resp.Reused != (i > 0) {
				t.Errorf("request %d reused: %v", i, resp.Reused)
			}
		}
	})
}
