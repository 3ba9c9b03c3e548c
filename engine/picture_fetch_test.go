package engine_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
)

// resolver knows a few names, all of them public, except "inside.example".
type resolver struct{}

func (resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	switch host {
	case "one.example":
		return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
	case "two.example":
		return []netip.Addr{netip.MustParseAddr("8.8.4.4")}, nil
	case "inside.example":
		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

//attack:caller-addresses a picture at a loopback address
func TestPictureIsFetchedThroughTheGuard(t *testing.T) {
	t.Parallel()
	card := jpegOf(t, 60, 40)
	picture := func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(card) }
	images := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/card":
			picture(w, r)
		case "/away":
			http.Redirect(w, r, "http://two.example/card?token=S3CRET", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://inside.example/card", http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/html":
			writes("text/html", "<!DOCTYPE html><html>log in</html>")(w, r)
		case "/large":
			_, _ = w.Write(make([]byte, imaging.DefaultMaxBytes+1))
		case "/down":
			w.WriteHeader(http.StatusBadGateway)
		default:
			http.NotFound(w, r)
		}
	}))
	defer images.Close()
	inside := strings.TrimPrefix(images.URL, "http://")
	// Public addresses lead to the server on loopback: what the guard allows is dialled, and this dials.
	transport := egress.Config{Resolver: resolver{}, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "8.8.") {
			address = inside
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	var got []byte
	ocr := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		got = make([]byte, r.ContentLength)
		_, _ = r.Body.Read(got)
		says(goodCard)(w, r)
	}})
	e := open(t, func(c *engine.Config) {
		c.Egress, c.FetchAllow = transport, []string{inside}
		c.Providers = map[string]engine.ProviderConfig{"actor": actor(ocr)}
	})
	strict := open(t, func(c *engine.Config) {
		c.Egress = transport
		c.Providers = map[string]engine.ProviderConfig{"actor": actor(ocr)}
	})
	const refused = "invalid_image, billed no, fault caller"
	for _, tt := range []struct {
		name, url, want string
		says            message.Code
		engine          *bench
	}{
		{"from a public address", "http://one.example/card", "", "", strict},
		{"by a redirect to another public host", "http://one.example/away", "", "", strict},
		{"from a loopback address that the operator names", images.URL + "/card", "", "", e},
		{"not from one that he does not name", images.URL + "/card", refused, message.PictureAllow, strict},
		{"not from a name that leads inside", "http://inside.example/card", refused, message.PictureAllow, strict},
		{"not by a redirect to a name that leads inside", "http://one.example/inside", refused, message.PictureAllow, strict},
		{"not by a redirect to a cloud's metadata", "http://one.example/metadata", refused, message.PictureAllow, strict},
		{"not by redirects without end", "http://one.example/loop", refused, message.RedirectsTooMany, strict},
		{"not what is not there", images.URL + "/nothing", refused, message.PictureStatus, e},
		{"not HTML", images.URL + "/html", refused, message.PictureLooksLike, e},
		{"not what is too large", images.URL + "/large", refused, message.AnswerTooLarge, e},
		{"not from a server that is down", images.URL + "/down", refused + ", retryable", message.PictureStatus, e},
		{"not from a host that is not there", "http://three.example/", refused + ", retryable", message.NameNotFound, e},
		{"not from a file", "file:///etc/passwd", refused, message.PictureNoURL, e},
		{"not with a password", "http://user:S3CRET@one.example/card", refused, message.PictureNoURL, e},
		{"not from nowhere", "http:///card", refused, message.PictureNoURL, e},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got = nil
			request := act(t, "read")
			request.Picture = engine.URL(tt.url)
			r, err := tt.engine.Recognize(t.Context(), request)
			if tt.want == "" {
				if err != nil || len(got) != len(card) {
					t.Errorf("%v; the vendor got %d bytes, want %d", err, len(got), len(card))
				}
				return
			}
			f := failure(t, r, err)
			if v := verdict(f.Failure); v != tt.want || !f.Failure.Message.Has(tt.says) || strings.Contains(f.Failure.Message.String(), "/card") {
				t.Errorf("got  %s: %s\nwant %s: …%s…", v, f.Failure.Message, tt.want, tt.says)
			}
		})
	}
}

func TestPictureGoesAsURLToAProviderThatTakesURLs(t *testing.T) {
	t.Parallel()
	card := jpegOf(t, 60, 40)
	fetched := 0
	images := vendor(t, map[string]http.HandlerFunc{"/card": func(w http.ResponseWriter, r *http.Request) { fetched++; _, _ = w.Write(card) }})
	e, vendor := openJumdata(t, func(c *engine.Config) { c.FetchAllow = []string{strings.TrimPrefix(images, "http://")} })
	for _, fetch := range []bool{false, true} {
		if _, err := e.Recognize(t.Context(), engine.Request{Picture: engine.URL(images + "/card"), Fetch: fetch}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{images + "/card"}, vendor.urls); diff != "" {
		t.Errorf("URLs that the vendor got (-want +got):\n%s", diff)
	}
	if fetched != 1 || string(vendor.last()) != string(card) {
		t.Errorf("fetched %d times, the vendor got %d bytes of picture; want 1 and %d", fetched, len(vendor.last()), len(card))
	}
	r, err := e.Recognize(t.Context(), engine.Request{Picture: engine.URL("javascript:alert(1)")})
	if f := failure(t, r, err); verdict(f.Failure) != "invalid_image, billed no, fault caller" {
		t.Errorf("got %s", verdict(f.Failure))
	}
}
