package egress_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// window is what a vendor takes that never opens one (RFC 9113, 6.9.2).
const window = 65535

// starvingServer takes no byte above the first window of its first connection, and answers over the others. It reports each
// stream of the first connection when its headers arrive, and when the window is full.
func starvingServer(t *testing.T) (url string, cfg egress.Config, headers chan uint32, full chan struct{}) {
	t.Helper()
	headers, full = make(chan uint32, 10), make(chan struct{})
	taken := 0
	url, cfg = framesServer(t, func(conn int, frame http2.Frame, f *http2.Framer) {
		switch fr := frame.(type) {
		case *http2.HeadersFrame:
			if conn == 1 {
				headers <- fr.StreamID
			}
		case *http2.DataFrame:
			if conn == 1 {
				if taken += len(fr.Data()); taken == window {
					close(full)
				}
			}
			if fr.StreamEnded() && conn > 1 {
				answerOK(fr.StreamID, f)
			}
		}
	})
	return url, cfg, headers, full
}

func picture(url string, size int) *egress.Request {
	return &egress.Request{Method: "POST", URL: url, Body: bodyOf(strings.Repeat("x", size)), ContentLength: int64(size)}
}

// TestClientLeavesAStarvedHTTP2Connection opens no window and answers pings.
//
//attack:vendor-holdup an HTTP/2 connection without window
//attack:vendor-unsent a request that no window lets through
func TestClientLeavesAStarvedHTTP2Connection(t *testing.T) {
	t.Parallel()
	url, cfg, headers, full := starvingServer(t)
	c, p := newClient(t, cfg), named(t, url)
	first, giveUpFirst := context.WithCancel(t.Context())
	firstErr := make(chan error, 1)
	go func() {
		_, err := c.Do(first, p, picture(url, window+1))
		firstErr <- err
	}()
	<-headers
	<-full
	// No window is left, and the connection answers pings.
	second := picture(url, 1)
	second.Timeout = 5e7
	_, err := c.Do(t.Context(), p, second)
	wantError(t, err, egress.KindTimeout, egress.SentNo)
	<-headers
	if resp, err := c.Do(t.Context(), p, picture(url, 1)); err != nil || resp.Status != 200 {
		t.Errorf("a call after one timed out: %v", err)
	}
	if len(headers) > 0 {
		t.Error("it went over the starved connection")
	}
	giveUpFirst()
	wantError(t, <-firstErr, egress.KindCancelled, egress.SentMaybe) // a part of it left
}

// TestClientLeavesAConnectionWhoseCallWasGivenUp takes the whole request and stays silent.
//
//attack:vendor-holdup an HTTP/2 connection that takes requests and answers none
func TestClientLeavesAConnectionWhoseCallWasGivenUp(t *testing.T) {
	t.Parallel()
	url, cfg, headers, full := starvingServer(t)
	c, p := newClient(t, cfg), named(t, url)
	ctx, giveUp := context.WithCancel(t.Context())
	go func() { <-full; giveUp() }()
	_, err := c.Do(ctx, p, picture(url, window))
	wantError(t, err, egress.KindCancelled, egress.SentMaybe)
	<-headers
	if resp, err := c.Do(t.Context(), p, picture(url, 1)); err != nil || resp.Status != 200 {
		t.Errorf("the next call: %v", err)
	}
}

// TestClientLeavesAConnectionThatSendsNoRestOfAnAnswer begins to answer.
//
//attack:vendor-holdup an HTTP/2 connection whose answers have no end
func TestClientLeavesAConnectionThatSendsNoRestOfAnAnswer(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	url, cfg := framesServer(t, func(conn int, frame http2.Frame, f *http2.Framer) {
		if data, ok := frame.(*http2.DataFrame); ok && data.StreamEnded() {
			conns.Store(int32(conn))
			if conn > 1 {
				answerOK(data.StreamID, f)
				return
			}
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: data.StreamID, BlockFragment: []byte{0x88}, EndHeaders: true}) // :status 200
		}
	})
	c, p := newClient(t, cfg), named(t, url)
	stalled := picture(url, 1)
	stalled.Timeout = 5e7
	_, err := c.Do(t.Context(), p, stalled)
	wantError(t, err, egress.KindTimeout, egress.SentYes)
	if _, err := c.Do(t.Context(), p, picture(url, 1)); err != nil || conns.Load() != 2 {
		t.Errorf("the next call went over connection %d: %v", conns.Load(), err)
	}
}

// TestGoAwayVouchesByItsLastStreamWhateverItsCode refuses requests by GOAWAY.
//
//attack:vendor-unsent GOAWAY with an error, for a request that it does not process
func TestGoAwayVouchesByItsLastStreamWhateverItsCode(t *testing.T) {
	t.Parallel()
	for _, code := range []http2.ErrCode{http2.ErrCodeNo, http2.ErrCodeProtocol, http2.ErrCodeInternal, http2.ErrCodeEnhanceYourCalm} {
		t.Run(code.String(), func(t *testing.T) {
			t.Parallel()
			url, cfg := frameServer(t, func(_ int, _ uint32, f *http2.Framer) { _ = f.WriteGoAway(0, code, []byte(secret)) })
			_, err := newClient(t, cfg).Do(t.Context(), named(t, url), post(url))
			wantError(t, err, egress.KindNoAnswer, egress.SentNo)
		})
	}
	t.Run("a lower one later", func(t *testing.T) {
		t.Parallel()
		url, cfg := frameServer(t, func(_ int, _ uint32, f *http2.Framer) {
			_ = f.WriteGoAway(1<<31-1, http2.ErrCodeNo, nil)
			_ = f.WriteGoAway(0, http2.ErrCodeInternal, nil)
			_ = f.WriteRawFrame(http2.FramePing, 0, 0, []byte("short")) // breaks the connection
		})
		_, err := newClient(t, cfg).Do(t.Context(), named(t, url), post(url))
		wantSent(t, err, egress.SentNo)
	})
	t.Run("and a connection that breaks", func(t *testing.T) {
		t.Parallel()
		url, cfg := frameServer(t, func(_ int, stream uint32, f *http2.Framer) {
			_ = f.WriteGoAway(stream, http2.ErrCodeInternal, nil)
			_ = f.WriteRawFrame(http2.FramePing, 0, 0, []byte("short"))
		})
		_, err := newClient(t, cfg).Do(t.Context(), named(t, url), post(url))
		wantSent(t, err, egress.SentMaybe)
	})
}
