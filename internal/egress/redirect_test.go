package egress_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// arrival is a request that the target of a redirect received.
type arrival struct{ Method, URI, Body, Auth, Key, Plain string }

func recorder(seen *[]arrival) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*seen = append(*seen, arrival{
			r.Method, r.RequestURI, string(b), r.Header.Get("Authorization"), r.Header.Get("X-Key"), r.Header.Get("X-Plain"),
		})
	}
}

func TestClientRedirects(t *testing.T) {
	t.Parallel()
	var home, away []arrival
	other := httptest.NewServer(recorder(&away))
	defer other.Close()
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect led to an origin the policy does not allow")
	}))
	defer stranger.Close()
	var location string
	var status int
	mux := http.NewServeMux()
	mux.Handle("/end", recorder(&home))
	mux.HandleFunc("/start", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "moved")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/loop?"+secret, http.StatusFound)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	// From the other origin back to the first: the dropped headers must not be sent again.
	bounce := httptest.NewServer(http.RedirectHandler(s.URL+"/end", http.StatusFound))
	defer bounce.Close()

	c := newClient(t, egress.Config{})
	p := named(t, s.URL, other.URL, bounce.URL)
	get := func(url string) *egress.Request {
		return &egress.Request{
			URL: url, Sensitive: []string{"x-key"},
			Header: http.Header{"Authorization": {secret}, "X-Key": {secret}, "X-Plain": {"p"}},
		}
	}
	postTo := func(url string) *egress.Request {
		r := get(url)
		r.Method, r.Body, r.ContentLength = "POST", bodyOf(secret), int64(len(secret))
		return r
	}
	const ok = egress.Kind("")
	for _, tt := range []struct {
		name     string
		status   int
		location string
		request  func(string) *egress.Request
		kind     egress.Kind
		home     []arrival
		away     []arrival
	}{
		{"a GET within the origin keeps its headers", 302, "/end?x=1", get, ok, []arrival{{"GET", "/end?x=1", "", secret, secret, "p"}}, nil},
		//attack-each:vendor-redirects
		{"a GET to another allowed origin leaves its secrets", 301, other.URL + "/x", get, ok, nil, []arrival{{"GET", "/x", "", "", "", "p"}}},
		{"secrets do not come back on a later hop", 302, bounce.URL, get, ok, []arrival{{"GET", "/end", "", "", "", "p"}}, nil},
		//attack-each:
		{"a POST is repeated within the origin on 307", 307, "/end", postTo, ok, []arrival{{"POST", "/end", secret, secret, secret, "p"}}, nil},
		{"a POST is repeated within the origin on 308", 308, s.URL + "/end#f", postTo, ok, []arrival{{"POST", "/end", secret, secret, secret, "p"}}, nil},
		//attack-each:vendor-redirects
		{"a POST does not go to another origin", 307, other.URL, postTo, egress.KindRedirectRefused, nil, nil},
		{"a POST does not become a GET on 301", 301, "/end", postTo, egress.KindRedirectRefused, nil, nil},
		{"a POST does not become a GET on 302", 302, "/end", postTo, egress.KindRedirectRefused, nil, nil},
		{"a POST does not become a GET on 303", 303, "/end", postTo, egress.KindRedirectRefused, nil, nil},
		{"an origin that is not allowed", 302, stranger.URL + "/" + secret, get, egress.KindRedirectRefused, nil, nil},
		{"an origin that is not allowed, without scheme", 302, stranger.URL[len("http:"):], get, egress.KindRedirectRefused, nil, nil},
		{"user information", 302, "http://u:" + secret + "@" + s.URL[len("http://"):], get, egress.KindRedirectRefused, nil, nil},
		{"another protocol", 302, "file:///" + secret, get, egress.KindRedirectRefused, nil, nil},
		{"a Location that is no URL", 302, "http://[" + secret, get, egress.KindRedirectRefused, nil, nil},
		{"a loop", 302, "/loop", get, egress.KindTooManyRedirects, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, away, location, status = nil, nil, tt.location, tt.status
			resp, err := c.Do(t.Context(), p, tt.request(s.URL+"/start?"+secret))
			if tt.kind != ok {
				wantError(t, err, tt.kind, egress.SentYes)
			} else if err != nil {
				t.Fatal(err)
			} else if resp.Redirects == 0 || resp.Status != 200 {
				t.Errorf("answer = %d after %d redirects", resp.Status, resp.Redirects)
			}
			if diff := cmp.Diff(tt.home, home); diff != "" {
				t.Errorf("at home (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.away, away); diff != "" {
				t.Errorf("at the other origin (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("none are followed if the limit is negative", func(t *testing.T) {
		location, status = "/end", 302
		c := newClient(t, egress.Config{MaxRedirects: -1})
		_, err := c.Do(t.Context(), p, get(s.URL+"/start"))
		wantError(t, err, egress.KindTooManyRedirects, egress.SentYes)
	})
	//attack:vendor-redirects from https to plain http
	t.Run("from https to plain http is refused", func(t *testing.T) {
		secure, cfg := tlsServer(t, http.RedirectHandler(s.URL+"/end", http.StatusFound), false)
		_, err := newClient(t, cfg).Do(t.Context(), named(t, secure.URL, s.URL), get(secure.URL))
		wantError(t, err, egress.KindRedirectRefused, egress.SentYes)
	})
	t.Run("a hop that cannot connect still counts the first as sent", func(t *testing.T) {
		gone := httptest.NewServer(nil)
		gone.Close()
		location, status = gone.URL, 302
		_, err := c.Do(t.Context(), named(t, s.URL, gone.URL), get(s.URL+"/start"))
		wantError(t, err, egress.KindConnect, egress.SentYes)
	})
}
