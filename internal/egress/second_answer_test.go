package egress_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// twiceServer answers each request with its own body, and then again after a pause of up to late.
func twiceServer(t testing.TB, late time.Duration) *rawServer {
	return newRawServer(t, func(_ int, c net.Conn) {
		for {
			body := readRequest(c)
			if body == nil {
				return
			}
			text := withLength("", string(body))
			if late == 0 {
				text += text
			}
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
			if late > 0 {
				time.AfterFunc(rand.N(late), func() { _, _ = io.WriteString(c, text) })
			}
		}
	})
}

// crossed sends so many calls from 50 workers, and returns how many got another call's answer and how many failed.
func crossed(t testing.TB, c *egress.Client, url string, calls int) (wrong, failed int64) {
	p := named(t, url)
	var next, cross, fail atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(calls); i = next.Add(1) {
				card := fmt.Sprintf("card %d", i)
				resp, err := c.Do(t.Context(), p, &egress.Request{
					Method: "POST", URL: url, Body: bodyOf(card), ContentLength: int64(len(card)),
				})
				switch {
				case err != nil:
					fail.Add(1)
				case string(resp.Body) != card:
					cross.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return cross.Load(), fail.Load()
}

// TestClientNeverGivesASecondAnswerToAnotherCall makes both attacks with 50 workers.
//
//attack:vendor-crossing a second answer at once
//attack:vendor-crossing a second answer up to 2 ms later
func TestClientNeverGivesASecondAnswerToAnotherCall(t *testing.T) {
	for name, late := range map[string]time.Duration{"at once": 0, "up to 2 ms later": 2 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			var noticed atomic.Int32
			c := newClient(t, egress.Config{Distrusted: func(string) { noticed.Add(1) }})
			wrong, failed := crossed(t, c, twiceServer(t, late).url, 2000)
			if wrong > 0 || failed > 0 || noticed.Load() != 1 {
				t.Errorf("of 2000 calls %d got another's answer and %d failed; the vendor was noticed %d times", wrong, failed, noticed.Load())
			}
		})
	}
}

// BenchmarkSecondAnswer makes the two attacks with 50 workers, and reports what crossed.
func BenchmarkSecondAnswer(b *testing.B) {
	for _, late := range []time.Duration{0, 2 * time.Millisecond} {
		b.Run("late="+late.String(), func(b *testing.B) {
			var wrong, failed int64
			for b.Loop() {
				w, f := crossed(b, newClient(b, egress.Config{}), twiceServer(b, late).url, 10_000)
				wrong, failed = wrong+w, failed+f
			}
			b.ReportMetric(float64(wrong)/float64(b.N), "crossed/10000")
			b.ReportMetric(float64(failed)/float64(b.N), "failed/10000")
		})
	}
}

func TestClientDropsAConnectionWithBytesBehindTheAnswer(t *testing.T) {
	t.Parallel()
	behind := withLength("", secret)
	for _, tt := range []struct{ name, method, answer, want string }{
		//attack-each:vendor-crossing
		{"of stated length", "POST", withLength("", "ok") + behind, "ok"},
		{"in chunks", "POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + behind, "ok"},
		{"204", "POST", "HTTP/1.1 204 No Content\r\n\r\n" + behind, ""},
		{"204 with a body", "POST", "HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n" + secret[:6], ""},
		{"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n" + secret[:6], ""},
		{"to HEAD", "HEAD", withLength("", secret), ""},
		{"redirect", "GET", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n" + behind, "second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newRawServer(t, func(n int, c net.Conn) {
				for readRequest(c) != nil {
					text := tt.answer
					if n > 1 {
						text = withLength("", "second")
					}
					if _, err := io.WriteString(c, text); err != nil {
						return
					}
				}
			})
			c := newClient(t, egress.Config{Rest: 1})
			for i, want := range []string{tt.want, "second"} {
				method := tt.method
				if i > 0 {
					method = http.MethodGet
				}
				resp, err := c.Do(t.Context(), named(t, s.url), &egress.Request{Method: method, URL: s.url})
				if err != nil || string(resp.Body) != want || resp.Reused {
					t.Fatalf("request %d: answer %+v, error %v", i+1, resp, err)
				}
			}
		})
	}
}

// BenchmarkKeptConnections compares calls over connections that rest with calls over ones that do not, at 50 workers, for a
// vendor that answers at once and for one that takes 20 ms.
func BenchmarkKeptConnections(b *testing.B) {
	for _, thinks := range []time.Duration{0, 20 * time.Millisecond} {
		for _, rest := range []time.Duration{1, egress.DefaultRest} {
			b.Run(fmt.Sprintf("vendor=%v/rest=%v", thinks, rest), func(b *testing.B) {
				s := newRawServer(b, func(_ int, c net.Conn) {
					for body := readRequest(c); body != nil; body = readRequest(c) {
						time.Sleep(thinks)
						_, _ = io.WriteString(c, withLength("", "ok"))
					}
				})
				c, p := newClient(b, egress.Config{Rest: rest}), named(b, s.url)
				text := strings.Repeat("x", 2<<10)
				b.SetParallelism(25) // times two processors
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						r := &egress.Request{Method: "POST", URL: s.url, Body: bodyOf(text), ContentLength: int64(len(text))}
						if _, err := c.Do(b.Context(), p, r); err != nil {
							b.Error(err)
							return
						}
					}
				})
				b.ReportMetric(float64(s.accepted()), "connections")
			})
		}
	}
}
