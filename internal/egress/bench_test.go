package egress_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/egress"
)

var vendor = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(w, `{"code":200,"data":{}}`)
})

// BenchmarkPost compares a POST through egress with the same through a plain http.Client, for a small request and for
// one that carries a picture of 500 KB in base64.
func BenchmarkPost(b *testing.B) {
	s := httptest.NewServer(vendor)
	defer s.Close()
	benchmarkPost(b, s, egress.Config{})
}

// BenchmarkPostHTTP2 is BenchmarkPost over HTTP/2, and so over TLS.
func BenchmarkPostHTTP2(b *testing.B) {
	s, cfg := tlsServer(b, vendor, true)
	benchmarkPost(b, s, cfg)
}

func benchmarkPost(b *testing.B, s *httptest.Server, cfg egress.Config) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"small", 2 << 10}, {"picture", 667 << 10}} {
		text := strings.Repeat("x", size.bytes)
		b.Run(size.name+"/egress", func(b *testing.B) {
			c := newClient(b, cfg)
			p := named(b, s.URL)
			r := &egress.Request{
				Method: "POST", URL: s.URL + "/ocr", Header: http.Header{"Content-Type": {"application/json"}},
				Body: bodyOf(text), ContentLength: int64(len(text)),
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Do(b.Context(), p, r); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(size.name+"/http.Client", func(b *testing.B) {
			c := s.Client()
			defer c.CloseIdleConnections()
			b.ReportAllocs()
			for b.Loop() {
				resp, err := c.Post(s.URL+"/ocr", "application/json", strings.NewReader(text))
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
}
