package engine_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/message"
)

// writes answers with a content type and a body.
func writes(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// redirects sends everybody to another place.
func redirects(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	}
}

func zipped(n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.CopyN(z, zeros{}, int64(n))
	_ = z.Close()
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAttemptFailsWhenItsVendorMisbehaves(t *testing.T) {
	t.Parallel()
	good := vendor(t, map[string]http.HandlerFunc{"/": says(goodCard)})
	bomb := zipped(64 << 20)
	raw := func(serve func(net.Conn)) func(*testing.T) string {
		return func(t *testing.T) string { return rawVendor(t, serve) }
	}
	at := func(h http.HandlerFunc) func(*testing.T) string {
		return func(t *testing.T) string { return vendor(t, map[string]http.HandlerFunc{"/": h}) }
	}
	const unknown = "billed unknown, fault vendor"
	tests := []struct {
		name     string
		endpoint func(*testing.T) string
		want     string
		says     message.Code
	}{
		{"is not there", func(t *testing.T) string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			return "http://" + l.Addr().String()
		}, "unavailable, billed no, fault network, retryable, fail over", message.NotConnected},
		{"drops the connection before reading", raw(func(c net.Conn) {}), "unavailable, billed no, fault network, retryable, fail over | outcome_unknown, billed unknown, fault network, fail over", ""},
		{"drops the connection after reading", raw(readRequest), "outcome_unknown, billed unknown, fault network, fail over", ""},
		{"drops the connection within the answer", raw(func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
		}), "provider_error, " + unknown + ", fail over", ""},
		{"answers something that is not HTTP", raw(func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n\r\n")
		}), "provider_error, " + unknown + ", fail over", ""},
		{"redirects a POST within the host", at(redirects(302, "/elsewhere")), "provider_error, " + unknown + ", fail over", message.RedirectToGET},
		{"redirects to another host", at(redirects(307, "https://elsewhere.example/")), "provider_error, " + unknown + ", fail over", message.RedirectsBody},
		{"redirects to a private address", at(redirects(307, "http://169.254.169.254/latest")), "provider_error, " + unknown + ", fail over", message.RedirectsBody},
		{"answers HTML", at(writes("text/html", "<html>Welcome</html>")), "provider_error, " + unknown + ", fail over", message.Literal},
		{"cuts its JSON off", at(writes("application/json", goodCard[:30])), "provider_error, " + unknown + ", fail over", message.Literal},
		{"answers nothing", at(writes("application/json", "")), "provider_error, " + unknown + ", fail over", message.Literal},
		{"sends a gzip bomb", at(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}), "provider_error, " + unknown + ", fail over", message.AnswerTooLarge},
		{"sends 300 MB", at(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.CopyN(w, zeros{}, 300<<20)
		}), "provider_error, " + unknown + ", fail over", message.AnswerTooLarge},
		{"sends too many values", at(writes("application/json", "["+strings.Repeat("1,", 30_000)+"1]")), "provider_error, " + unknown + ", fail over", message.AnswerUnreadable},
		{"is overloaded", at(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }), "unavailable, billed no, fault vendor, retryable, fail over", ""},
	}
	e := open(t, func(c *engine.Config) {
		c.Providers, c.Routes = map[string]engine.ProviderConfig{"good": actor(good)}, map[string]engine.Route{}
		for _, tt := range tests {
			c.Providers[tt.name] = actor(tt.endpoint(t))
			c.Routes[tt.name] = engine.Route{Providers: []string{tt.name, "good"}}
		}
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			alone := act(t, "read")
			alone.Provider = tt.name
			r, err := e.Recognize(t.Context(), alone)
			f := failure(t, r, err)
			if got := verdict(f.Failure); !slices.Contains(strings.Split(tt.want, " | "), got) || tt.says != "" && !f.Failure.Message.Has(tt.says) || f.Failure.Message.String() == "" {
				t.Errorf("got  %s: %s\nwant %s: …%s…", got, f.Failure.Message, tt.want, tt.says)
			}
			if f.Failure.Provider != tt.name || len(f.Attempts) != 1 || f.Attempts[0].Reason.Code() != message.NamedByRequest {
				t.Errorf("attempts are %+v", f.Attempts)
			}

			both := act(t, "read")
			both.Route = tt.name
			if r, err = e.Recognize(t.Context(), both); err != nil {
				t.Fatal(err)
			}
			var trail []string
			for _, a := range r.Attempts {
				trail = append(trail, fmt.Sprintf("%s %s, %s", a.Provider, a.Outcome, a.Reason))
			}
			want := []string{
				tt.name + " failed, first in route " + tt.name,
				"good recognized, next after " + tt.name + " failed with " + r.Attempts[0].Failure.Kind.String(),
			}
			if diff := cmp.Diff(want, trail); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAttemptReadsJSONOfAnyContentType(t *testing.T) {
	t.Parallel()
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": writes("text/html; charset=utf-8", goodCard)}))
	if _, err := e.Recognize(t.Context(), act(t, "read")); err != nil {
		t.Error(err)
	}
}

func TestAttemptFollowsARedirectOfAGetWithinItsHost(t *testing.T) {
	t.Parallel()
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/read": redirects(302, "/moved"), "/moved": says(goodCard)}))
	if _, err := e.Recognize(t.Context(), act(t, "get")); err != nil {
		t.Error(err)
	}
}

// deadline is a context whose deadline passes when the test says so.
type deadline struct {
	context.Context
	passed chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.passed }

func (d deadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestAttemptEndsWithTheCallWhenItsVendorStalls(t *testing.T) {
	t.Parallel()
	for kind, plugins := range map[string]string{"module": built.modules, "subprocess": built.processes} {
		t.Run("of a "+kind, func(t *testing.T) {
			late := deadline{t.Context(), make(chan struct{})}
			endpoint := rawVendor(t, func(c net.Conn) {
				readRequest(c)
				close(late.passed)
				_, _ = c.Read(make([]byte, 1)) // until the connection is given up
			})
			e := open(t, func(c *engine.Config) {
				c.Plugins, c.Providers = plugins, map[string]engine.ProviderConfig{"actor": actor(endpoint)}
			})
			r, err := e.Recognize(late, act(t, "read"))
			f := failure(t, r, err)
			if got := verdict(f.Failure); got != "timeout, billed unknown, fault network" || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %s: %s", got, f.Failure.Message)
			}
		})
	}
}

func TestRecognizeEndsAfterTheTimeout(t *testing.T) {
	t.Parallel()
	e := open(t, func(c *engine.Config) {
		c.Limits.Timeout, c.Providers = time.Nanosecond, map[string]engine.ProviderConfig{"actor": actor("https://ocr.example")}
	})
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if got := verdict(failure(t, r, err).Failure); got != "timeout, billed no, fault operator, retryable" {
		t.Errorf("got %s", got)
	}
}
