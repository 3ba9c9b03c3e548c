package egress_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/egress"
)

func TestHTTPClientGoesWhereItsPolicyAllows(t *testing.T) {
	t.Parallel()
	unwanted := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived where none may go") }))
	defer unwanted.Close()
	wanted := httptest.NewServer(hello)
	defer wanted.Close()
	location := ""
	secure, roots := tlsServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, location, http.StatusTemporaryRedirect)
	}), false)
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, location, http.StatusTemporaryRedirect)
	}
	plain := httptest.NewServer(http.HandlerFunc(away))
	defer plain.Close()
	resolver := &fakeResolver{answers: map[string][][]string{"inside.example": {{"10.0.0.1"}}, "metadata.example": {{"169.254.169.254"}}}}
	policy := newPolicy(t, egress.PolicyConfig{AnyPublic: true, Operator: []string{secure.URL, plain.URL, wanted.URL}})
	client := egress.NewHTTPClient(policy, egress.GuardConfig{TLS: &tls.Config{RootCAs: roots.RootCAs}, Resolver: resolver})
	for _, tt := range []struct {
		name, from, to string
		kind           egress.Kind
	}{
		{"to an origin that is named", plain.URL, wanted.URL, ""},
		//attack-each:supply-requests
		{"a redirect from https to plain http", secure.URL, wanted.URL, egress.KindRedirectRefused},
		{"a redirect to plain http elsewhere", plain.URL, "http://cdn.example/", egress.KindSchemeRefused},
		{"a redirect to another port of this machine", plain.URL, unwanted.URL, egress.KindSchemeRefused},
		{"a redirect to a loopback address", plain.URL, "https://127.0.0.1/", egress.KindAddressRefused},
		{"a redirect to a link-local address", secure.URL, "https://169.254.169.254/latest/meta-data", egress.KindAddressRefused},
		{"a redirect to a mapped link-local address", secure.URL, "https://[::ffff:169.254.169.254]/", egress.KindAddressRefused},
		{"a redirect to a name that leads inside", secure.URL, "https://inside.example/", egress.KindAddressRefused},
		{"a redirect to a name that leads to a metadata service", secure.URL, "https://metadata.example/", egress.KindAddressRefused},
		{"a redirect to itself", plain.URL, plain.URL, egress.KindTooManyRedirects},
	} {
		t.Run(tt.name, func(t *testing.T) {
			location = tt.to
			answer, err := client.Get(tt.from)
			if err == nil {
				_ = answer.Body.Close() // only the status matters
			}
			if tt.kind == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *egress.Error
			if !errors.As(err, &e) || e.Kind != tt.kind {
				t.Errorf("got %v, want %s", err, tt.kind)
			}
		})
	}
}

func TestHTTPClientFollowsNoRedirectIfNoneIsWanted(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer s.Close()
	answer, err := egress.NewHTTPClient(named(t, s.URL), egress.GuardConfig{NoRedirects: true}).Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // only the status matters
	if answer.StatusCode != http.StatusFound {
		t.Errorf("status %d", answer.StatusCode)
	}
}

//attack:supply-requests an answer that begins and never ends
func TestHTTPClientEndsAnAnswerWithoutEnd(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(_ int, c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nbegun")
		_, _ = io.Copy(io.Discard, c) // until the client hangs up
	})
	answer, err := egress.NewHTTPClient(named(t, s.url), egress.GuardConfig{Timeout: 20 * time.Millisecond}).Get(s.url)
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close() // read to its end
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

//attack:vendor-words what a server sends unasked behind an answer is meant for the log of net/http
func TestHTTPClientLogsNothingOfAServer(t *testing.T) {
	logged := captureLog(t)
	gone := make(chan struct{})
	s := newRawServer(t, func(_ int, c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, withLength("", "ok")+"HTTP/1.1 200 OK\r\nX: "+secret)
		_, _ = io.Copy(io.Discard, c) // until the client hangs up
		close(gone)
	})
	answer, err := egress.NewHTTPClient(named(t, s.url), egress.GuardConfig{}).Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close() // read to its end
	<-gone
	if logged.Len() > 0 {
		t.Errorf("logged %q", logged)
	}
}

//attack:supply-requests a proxy in the environment that would see every request
func TestHTTPClientUsesNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	d := &dialLog{}
	resolver := &fakeResolver{answers: map[string][][]string{"api.example": {{"1.1.1.1"}}}}
	p := newPolicy(t, egress.PolicyConfig{Hosts: []string{"http://api.example"}, AllowPlainHTTP: true})
	answer, err := egress.NewHTTPClient(p, egress.GuardConfig{Resolver: resolver, Dial: d.dial}).Get("http://api.example/")
	if err == nil {
		_ = answer.Body.Close() // the test refuses connections
	}
	if len(d.asked) != 1 || d.asked[0] != "1.1.1.1:80" {
		t.Errorf("dialled %v: %v", d.asked, err)
	}
}
