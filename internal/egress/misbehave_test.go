package egress_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/egress"
)

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func withLength(head, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

func TestClientAndMisbehavingVendors(t *testing.T) {
	t.Parallel()
	zipped := gzipped(t, strings.Repeat("card", 1000))
	corrupt := []byte(zipped)
	corrupt[len(corrupt)-6] ^= 1
	for _, tt := range []struct {
		name, answer string
		kind         egress.Kind
		sent         egress.Sent
	}{
		//attack-each:vendor-bounds
		{"hangs up after the request", "", egress.KindNoAnswer, egress.SentMaybe},
		{"hangs up within the status line", "HTTP/1.", egress.KindBadAnswer, egress.SentYes},
		{"hangs up within the headers", "HTTP/1.1 200 OK\r\nX: " + secret, egress.KindBadAnswer, egress.SentYes},
		{"talks no HTTP", "SSH-2.0-" + secret + "\r\n\r\n", egress.KindBadAnswer, egress.SentYes},
		{"sends a header without colon", "HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n", egress.KindBadAnswer, egress.SentYes},
		{"sends a wrong Content-Length text", "HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n", egress.KindBadAnswer, egress.SentYes},
		{"sends two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", egress.KindBadAnswer, egress.SentYes},
		{"sends less than it says", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + secret, egress.KindBadAnswer, egress.SentYes},
		{"breaks off a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + secret, egress.KindBadAnswer, egress.SentYes},
		{"sends an invalid chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret + "\r\n", egress.KindBadAnswer, egress.SentYes},
		{"never ends its chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", egress.KindBadAnswer, egress.SentYes},
		{"switches protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", egress.KindBadAnswer, egress.SentYes},
		{"sends interim answers for ever", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 100), egress.KindBadAnswer, egress.SentYes},
		{"sends one header too long", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", egress.KindBadAnswer, egress.SentYes},
		{"sends too many headers", "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 20<<10) + "\r\n", egress.KindBadAnswer, egress.SentYes},
		{"says gzip and sends text", withLength("Content-Encoding: gzip\r\n", secret), egress.KindBadAnswer, egress.SentYes},
		{"corrupts gzip", withLength("Content-Encoding: gzip\r\n", string(corrupt)), egress.KindBadAnswer, egress.SentYes},
		{"cuts gzip off", withLength("Content-Encoding: gzip\r\n", zipped[:len(zipped)/2]), egress.KindBadAnswer, egress.SentYes},
		{"adds garbage to gzip", withLength("Content-Encoding: gzip\r\n", zipped+secret), egress.KindBadAnswer, egress.SentYes},
		{"encodes as was not asked for", withLength("Content-Encoding: br\r\n", secret), egress.KindBadAnswer, egress.SentYes},
		{"encodes twice", withLength("Content-Encoding: gzip, gzip\r\n", zipped), egress.KindBadAnswer, egress.SentYes},
		{"states a length over the cap", "HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n", egress.KindAnswerTooLarge, egress.SentYes},
		{"sends more than the cap without length", "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 1000001), egress.KindAnswerTooLarge, egress.SentYes},
		{"sends a gzip bomb", withLength("Content-Encoding: gzip\r\n", gzipped(t, strings.Repeat("\x00", 10<<20))), egress.KindAnswerTooLarge, egress.SentYes},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newRawServer(t, answer(tt.answer))
			c := newClient(t, egress.Config{})
			p := newPolicy(t, egress.PolicyConfig{Operator: []string{s.url}, MaxResponseBytes: 1_000_000})
			_, err := c.Do(t.Context(), p, post(s.url))
			wantError(t, err, tt.kind, tt.sent)
			if n := s.accepted(); n != 1 {
				t.Errorf("the request went out over %d connections", n)
			}
		})
	}
}

func TestClientReadsUnusualResponses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, answer, want string }{
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde"},
		{"a body to the end of the connection", "HTTP/1.0 200 OK\r\n\r\nabcde", "abcde"},
		{"an interim answer first", "HTTP/1.1 100 Continue\r\n\r\n" + withLength("", "abc"), "abc"},
		{"no body", "HTTP/1.1 204 No Content\r\n\r\n", ""},
		{"an empty body that says gzip", withLength("Content-Encoding: gzip\r\n", ""), ""},
		{"gzip", withLength("Content-Encoding: gzip\r\n", gzipped(t, "card")), "card"},
		{"gzip in two members", withLength("Content-Encoding: x-gzip\r\n", gzipped(t, "ca")+gzipped(t, "rd")), "card"},
		{"identity", withLength("Content-Encoding: identity\r\n", "card"), "card"},
		{"exactly the cap", withLength("", strings.Repeat("x", 1000)), strings.Repeat("x", 1000)},
		{"exactly the cap after gzip", withLength("Content-Encoding: gzip\r\n", gzipped(t, strings.Repeat("x", 1000))), strings.Repeat("x", 1000)},
		{"a redirect without Location", "HTTP/1.1 302 Found\r\nContent-Length: 3\r\n\r\nabc", "abc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newRawServer(t, answer(tt.answer))
			c := newClient(t, egress.Config{})
			r := post(s.url)
			r.ResponseCap = 1000
			resp, err := c.Do(t.Context(), named(t, s.url), r)
			if err != nil {
				t.Fatal(err)
			}
			if string(resp.Body) != tt.want {
				t.Errorf("body = %.50q, want %.50q", resp.Body, tt.want)
			}
		})
	}
}

//attack:vendor-bounds an answer without end
func TestClientStopsReadingAtTheCap(t *testing.T) {
	const cap1 = 1 << 20
	wrote := make(chan int64, 1)
	s := newRawServer(t, func(_ int, c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		n, _ := io.Copy(c, io.LimitReader(zeros{}, 300<<20))
		wrote <- n
	})
	c := newClient(t, egress.Config{})
	p := newPolicy(t, egress.PolicyConfig{Operator: []string{s.url}, MaxResponseBytes: cap1})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.Do(t.Context(), p, post(s.url))
	runtime.ReadMemStats(&after)
	wantError(t, err, egress.KindAnswerTooLarge, egress.SentYes)
	if n := <-wrote; n >= 300<<20 {
		t.Errorf("all %d bytes were taken", n)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16*cap1 {
		t.Errorf("%d bytes were allocated for a cap of %d", used, cap1)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

//attack:vendor-crossing an answer that is longer than it says
//attack:vendor-words what follows an answer is meant for the log
func TestClientNeverMixesResponses(t *testing.T) {
	// The first answer is longer than it claims. The rest must reach neither the next call nor a log.
	logged := captureLog(t)
	s := newRawServer(t, func(n int, c net.Conn) {
		for readRequest(c) != nil {
			text := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
			if n == 1 {
				text += withLength("", secret)
			}
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	})
	c := newClient(t, egress.Config{Rest: 1})
	for range 3 {
		resp, err := c.Do(t.Context(), named(t, s.url), post(s.url))
		if err != nil {
			t.Fatal(err)
		}
		if string(resp.Body) != "ok" {
			t.Fatalf("body = %q", resp.Body)
		}
	}
	if n := s.accepted(); n != 3 {
		t.Errorf("%d connections, want the first dropped and, as the vendor is distrusted, no other kept", n)
	}
	if logged.Len() > 0 {
		t.Errorf("logged %q", logged.String())
	}
}

func TestClientReplacesAKeptConnectionThatClosed(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(_ int, c net.Conn) {
		readRequest(c)
		_, _ = io.WriteString(c, withLength("", "ok"))
	})
	c := newClient(t, egress.Config{Rest: 1})
	for i := range 20 {
		if _, err := c.Do(t.Context(), named(t, s.url), post(s.url)); err != nil {
			// The next request can be sent while the vendor closes. Then nothing may be repeated.
			wantError(t, err, egress.KindNoAnswer, egress.SentMaybe)
			t.Logf("request %d crossed with the vendor's close", i)
		}
	}
}

//attack:vendor-once a kept connection that is closed after it took a request
func TestClientNeverRepeatsWhatMayHaveArrived(t *testing.T) {
	t.Parallel()
	// net/http would send each of these again: a kept connection, closed by the vendor after it read the request.
	for _, tt := range []struct {
		name string
		req  func(url string) *egress.Request
	}{
		{"a POST", post},
		{"a GET", func(u string) *egress.Request { return &egress.Request{URL: u} }},
		{"a POST without body, with an idempotency key", func(u string) *egress.Request {
			r := post(u)
			r.Body, r.ContentLength = nil, 0
			return r
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requests := make(chan int, 10)
			s := newRawServer(t, func(n int, c net.Conn) {
				for i := 0; readRequest(c) != nil; i++ {
					requests <- n
					if i == 1 {
						return
					}
					_, _ = io.WriteString(c, withLength("", "ok"))
				}
			})
			c := newClient(t, egress.Config{Rest: 1})
			if _, err := c.Do(t.Context(), named(t, s.url), tt.req(s.url)); err != nil {
				t.Fatal(err)
			}
			_, err := c.Do(t.Context(), named(t, s.url), tt.req(s.url))
			wantError(t, err, egress.KindNoAnswer, egress.SentMaybe)
			if len(requests) != 2 || s.accepted() != 1 {
				t.Errorf("%d requests on %d connections, want 2 on 1", len(requests), s.accepted())
			}
		})
	}
}

func TestClientReadsAnEarlyResponse(t *testing.T) {
	t.Parallel()
	s := newRawServer(t, func(_ int, c net.Conn) {
		buf := make([]byte, 1)
		_, _ = c.Read(buf)
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
		_, _ = io.Copy(io.Discard, c)
	})
	c := newClient(t, egress.Config{})
	r := post(s.url)
	r.ContentLength = 20 << 20
	r.Body = bodyOf(strings.Repeat("x", 20<<20))
	resp, err := c.Do(t.Context(), named(t, s.url), r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != 413 || string(resp.Body) != "big" {
		t.Errorf("answer = %d %q", resp.Status, resp.Body)
	}
}
