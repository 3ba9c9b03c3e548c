package egress_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/internal/egress"
)

func TestClientHammer(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		switch r.Header.Get("X-Do") {
		case "drop":
			panic(http.ErrAbortHandler)
		case "close":
			w.Header().Set("Connection", "close")
		}
		_, _ = w.Write(b)
	})
	plain := httptest.NewServer(echo)
	defer plain.Close()
	secure, cfg := tlsServer(t, echo, true)
	cfg.MaxIdle, cfg.MaxIdlePerOrigin, cfg.MaxInFlightPerOrigin, cfg.Rest = 6, 4, 12, 1
	c := newClient(t, cfg)
	p := named(t, plain.URL, secure.URL)
	// On half the processors, goroutines are interrupted in more places.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(1, runtime.GOMAXPROCS(0)/2)))
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 60 {
				text := fmt.Sprintf("card %d of %d %s", i, g, strings.Repeat("x", 50*i))
				r := &egress.Request{Method: "POST", URL: plain.URL, Body: bodyOf(text), ContentLength: int64(len(text)), Header: http.Header{}}
				if g%2 == 0 {
					r.URL = secure.URL
				}
				ctx, cancel := context.WithCancel(t.Context())
				switch (i + g) % 7 {
				case 0:
					r.Header.Set("X-Do", "drop")
				case 1:
					r.Header.Set("X-Do", "close")
				case 2:
					go cancel()
				case 3:
					c.CloseIdle()
				}
				resp, err := c.Do(ctx, p, r)
				cancel()
				if err == nil && string(resp.Body) != text {
					t.Errorf("request %d of %d got another's answer", i, g)
				}
				if err != nil && (i+g)%7 > 2 {
					t.Errorf("request %d of %d: %v", i, g, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestClientCloseLeavesNothingBehind(t *testing.T) {
	plain := httptest.NewServer(hello)
	defer plain.Close()
	secure, cfg := tlsServer(t, hello, true)
	c, err := egress.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := named(t, plain.URL, secure.URL)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, u := range []string{plain.URL, secure.URL} {
				if _, err := c.Do(t.Context(), p, post(u)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	running := []string{"egress.(*h1Conn)", "http.(*http2ClientConn)"}
	for _, frame := range running {
		if !strings.Contains(stacks(), frame) {
			t.Fatalf("no goroutine has %s to begin with", frame)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	plain.Close() // waits for the server's side
	secure.Close()
	for range 10_000 { // the reader of an HTTP/2 connection ends on its own soon after
		now := stacks()
		if !slices.ContainsFunc(running, func(frame string) bool { return strings.Contains(now, frame) }) {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("goroutines are left:\n%s", stacks())
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}
