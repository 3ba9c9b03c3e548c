package egress_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/ocrmux/ocrmux/internal/egress"
)

func TestClientHTTP2(t *testing.T) {
	var mu sync.Mutex
	protos := map[string]int{}
	s, cfg := tlsServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		protos[r.Proto]++
		mu.Unlock()
		switch r.URL.Query().Get("do") {
		case "large":
			_, _ = io.Copy(w, io.LimitReader(zeros{}, 300<<20))
		case "headers":
			w.Header().Set("X", strings.Repeat("x", 100<<10))
		case "die":
			panic(http.ErrAbortHandler)
		case "cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, secret)
		case "stall":
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			_, _ = w.Write(b)
		}
	}), true)
	c := newClient(t, cfg)
	p := newPolicy(t, egress.PolicyConfig{Operator: []string{s.URL}, MaxResponseBytes: 1 << 20})
	do := func(t *testing.T, what string) (*egress.Response, error) {
		r := post(s.URL)
		r.URL += "&do=" + what
		return c.Do(t.Context(), p, r)
	}
	t.Run("an echo, over one connection", func(t *testing.T) {
		for i := range 3 {
			resp, err := do(t, "echo")
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(resp.Body, []byte(secret)) || resp.Reused != (i > 0) {
				t.Errorf("answer %q, reused %v", resp.Body, resp.Reused)
			}
		}
		if protos["HTTP/2.0"] != 3 {
			t.Errorf("protocols: %v", protos)
		}
	})
	for _, tt := range []struct {
		name, what string
		kind       egress.Kind
		sent       egress.Sent
	}{
		{"an answer over the cap", "large", egress.KindAnswerTooLarge, egress.SentYes},
		{"a stream reset without answer", "die", egress.KindBadAnswer, egress.SentMaybe},
		{"an answer shorter than stated", "cut", egress.KindBadAnswer, egress.SentYes},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := do(t, tt.what)
			wantError(t, err, tt.kind, tt.sent)
		})
	}
	t.Run("headers over their cap", func(t *testing.T) {
		// How far http2 reads them first, and so whether that counts as an answer, depends on how they are cut.
		_, err := do(t, "headers")
		var e *egress.Error
		if !errors.As(err, &e) || e.Kind != egress.KindBadAnswer || e.Sent == egress.SentNo {
			t.Fatalf("error = %v", err)
		}
	})
	t.Run("a stall within the body", func(t *testing.T) {
		r := post(s.URL)
		r.URL += "&do=stall"
		r.Timeout = 5e7
		_, err := c.Do(t.Context(), p, r)
		var e *egress.Error
		if !errors.As(err, &e) || e.Kind != egress.KindTimeout {
			t.Fatalf("error = %v", err)
		}
	})
	t.Run("a body shorter than stated", func(t *testing.T) {
		r := post(s.URL)
		r.ContentLength++
		_, err := c.Do(t.Context(), p, r)
		wantError(t, err, egress.KindRequestBody, egress.SentMaybe)
	})
	t.Run("the client survived all of it", func(t *testing.T) {
		if _, err := do(t, "echo"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("unless it is switched off", func(t *testing.T) {
		cfg := cfg
		cfg.DisableHTTP2 = true
		if _, err := newClient(t, cfg).Do(t.Context(), p, post(s.URL)); err != nil {
			t.Fatal(err)
		}
		if protos["HTTP/1.1"] != 1 {
			t.Errorf("protocols: %v", protos)
		}
	})
	t.Run("unless it is switched off for the process", func(t *testing.T) {
		t.Setenv("GODEBUG", "http2client=0")
		if _, err := newClient(t, cfg).Do(t.Context(), p, post(s.URL)); err != nil {
			t.Fatal(err)
		}
		if protos["HTTP/1.1"] != 2 {
			t.Errorf("protocols: %v", protos)
		}
	})
}

// frameServer writes HTTP/2 frames itself. It calls serve for each request after its stream has ended.
func frameServer(t *testing.T, serve func(conn int, stream uint32, f *http2.Framer)) (url string, cfg egress.Config) {
	t.Helper()
	return framesServer(t, func(n int, frame http2.Frame, f *http2.Framer) {
		if data, ok := frame.(*http2.DataFrame); ok && data.StreamEnded() {
			serve(n, data.StreamID, f)
		}
	})
}

// framesServer calls got for each frame but SETTINGS and PING, which it answers. It never opens a window again.
func framesServer(t *testing.T, got func(conn int, frame http2.Frame, f *http2.Framer)) (url string, cfg egress.Config) {
	t.Helper()
	lender, cfg := tlsServer(t, hello, true)
	raw := newRawServer(t, func(n int, nc net.Conn) {
		c := tls.Server(nc, &tls.Config{Certificates: lender.TLS.Certificates, NextProtos: []string{"h2"}})
		preface := make([]byte, len(http2.ClientPreface))
		if _, err := io.ReadFull(c, preface); err != nil {
			return
		}
		f := http2.NewFramer(c, c)
		_ = f.WriteSettings()
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			switch fr := frame.(type) {
			case *http2.SettingsFrame:
				if !fr.IsAck() {
					_ = f.WriteSettingsAck()
				}
			case *http2.PingFrame:
				if !fr.IsAck() {
					_ = f.WritePing(true, fr.Data)
				}
			default:
				got(n, frame, f)
			}
		}
	})
	return "https" + raw.url[len("http"):], cfg
}

func answerOK(stream uint32, f *http2.Framer) {
	var b bytes.Buffer
	_ = hpack.NewEncoder(&b).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: b.Bytes(), EndHeaders: true, EndStream: true})
}

func TestClientHTTP2KnowsWhatWasProcessed(t *testing.T) {
	t.Run("a refused stream was not sent", func(t *testing.T) {
		url, cfg := frameServer(t, func(_ int, stream uint32, f *http2.Framer) {
			_ = f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		})
		_, err := newClient(t, cfg).Do(t.Context(), named(t, url), post(url))
		wantError(t, err, egress.KindBadAnswer, egress.SentNo)
	})
	t.Run("a stream reset with PROTOCOL_ERROR may have been, and net/http would repeat it", func(t *testing.T) {
		requests := 0
		url, cfg := frameServer(t, func(_ int, stream uint32, f *http2.Framer) {
			requests++
			_ = f.WriteRSTStream(stream, http2.ErrCodeProtocol)
		})
		c := newClient(t, cfg)
		_, err := c.Do(t.Context(), named(t, url), post(url))
		wantError(t, err, egress.KindBadAnswer, egress.SentMaybe)
		if requests != 1 {
			t.Errorf("the vendor saw %d requests", requests)
		}
	})
	t.Run("a stream above GOAWAY's last was not, and goes over a new connection", func(t *testing.T) {
		var mu sync.Mutex
		var served []int
		url, cfg := frameServer(t, func(n int, stream uint32, f *http2.Framer) {
			mu.Lock()
			served = append(served, n)
			mu.Unlock()
			if n == 1 && stream > 1 {
				_ = f.WriteGoAway(1, http2.ErrCodeNo, nil)
				return
			}
			answerOK(stream, f)
		})
		c := newClient(t, cfg)
		for range 2 {
			if _, err := c.Do(t.Context(), named(t, url), post(url)); err != nil {
				t.Fatal(err)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if len(served) != 3 || served[2] != 2 {
			t.Errorf("requests came over connections %v, want [1 1 2]", served)
		}
	})
	t.Run("a stream GOAWAY counts as taken may have been", func(t *testing.T) {
		url, cfg := frameServer(t, func(_ int, stream uint32, f *http2.Framer) {
			_ = f.WriteGoAway(stream, http2.ErrCodeInternal, []byte(secret))
			_ = f.WriteRawFrame(http2.FramePing, 0, 0, []byte(secret)) // not 8 bytes: breaks the connection
		})
		_, err := newClient(t, cfg).Do(t.Context(), named(t, url), post(url))
		var e *egress.Error
		if !errors.As(err, &e) || e.Sent != egress.SentMaybe {
			t.Fatalf("error = %v", err)
		}
		wantError(t, err, e.Kind, e.Sent)
	})
	t.Run("a stream on a connection that breaks the protocol may have been, and none of it is logged", func(t *testing.T) {
		logged := captureLog(t)
		url, cfg := frameServer(t, func(_ int, _ uint32, f *http2.Framer) {
			_ = f.WriteRawFrame(http2.FramePing, 0, 0, []byte(secret)) // not 8 bytes
		})
		_, err := newClient(t, cfg).Do(t.Context(), named(t, url), post(url))
		wantError(t, err, egress.KindBadAnswer, egress.SentMaybe)
		if logged.Len() > 0 {
			t.Errorf("logged %q", logged.String())
		}
	})
	t.Run("a call that is cancelled while the vendor thinks may have been", func(t *testing.T) {
		arrived := make(chan struct{})
		url, cfg := frameServer(t, func(int, uint32, *http2.Framer) { close(arrived) })
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, err := newClient(t, cfg).Do(ctx, named(t, url), post(url))
		wantError(t, err, egress.KindCancelled, egress.SentMaybe)
	})
}
