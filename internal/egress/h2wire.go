package egress

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"math"
	"net"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// closeGrace is how long the end of a TLS session may take to be written.
const closeGrace = 250 * time.Millisecond

var errSealed = errors.New("egress: the call of this stream has ended, unsent")

// h2Wire is the connection below HTTP/2, above TLS. It watches the frames and so knows what of a request has left, and up to
// which stream the vendor vouches for what it processes. net/http tells neither.
type h2Wire struct {
	*tls.Conn
	raw net.Conn

	mu       sync.Mutex
	out, in  frameScanner
	next     *h2Request            // whose HEADERS are about to be written
	requests map[uint32]*h2Request // by stream, until the stream's last frame is written
	last     uint32                // no stream above it is processed
	blind    bool                  // a stream began that was not announced
}

// h2Request is what has left of a request. The wire's lock guards it.
type h2Request struct {
	stream uint32
	begun  bool // its HEADERS
	body   bool // a part of its body
	ended  bool // its last frame
	sealed bool // its call was told that nothing was sent
}

func newH2Wire(nc *tls.Conn, raw net.Conn) *h2Wire {
	w := &h2Wire{Conn: nc, raw: raw, requests: make(map[uint32]*h2Request), last: math.MaxUint32}
	w.out.skip = len(http2.ClientPreface)
	return w
}

// announce says whose HEADERS are written next.
func (w *h2Wire) announce(r *h2Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = r
}

// Write fails, and ends the connection, rather than send what a call was told is not sent.
func (w *h2Wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	sealed := false
	w.out.each(p, func(f frame) { sealed = w.leaves(f) || sealed })
	w.mu.Unlock()
	if sealed {
		_ = w.raw.Close()
		return 0, errSealed
	}
	return w.Conn.Write(p)
}

// leaves notes a frame that is about to be written, and reports whether it belongs to a sealed request.
func (w *h2Wire) leaves(f frame) bool {
	r := w.requests[f.stream]
	if r == nil && f.kind == http2.FrameHeaders {
		if r, w.next = w.next, nil; r == nil {
			w.blind = true
			return false
		}
		r.stream, r.begun = f.stream, true
		w.requests[f.stream] = r
	}
	if r == nil || f.kind != http2.FrameHeaders && f.kind != http2.FrameData {
		if f.kind == http2.FrameRSTStream {
			delete(w.requests, f.stream)
		}
		return false
	}
	r.body = r.body || f.kind == http2.FrameData && f.length > 0
	if f.flags.Has(http2.FlagDataEndStream) {
		r.ended = true
		delete(w.requests, f.stream)
	}
	return r.sealed
}

// Read notes GOAWAY. A later one can only lower the last stream (RFC 9113, 6.8).
func (w *h2Wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.in.each(p[:n], func(f frame) {
		if f.kind == http2.FrameGoAway {
			w.last = min(w.last, f.last)
		}
	})
	return n, err
}

// Close ends the TLS session, if that takes no time.
func (w *h2Wire) Close() error {
	t := time.AfterFunc(closeGrace, func() { _ = w.raw.Close() })
	defer t.Stop()
	return w.Conn.Close()
}

// unsent reports whether the vendor cannot have the request: it did not begin, nothing of its body left since the vendor opened
// no window for it, or GOAWAY says that it is not processed. If so, no more of it can leave. ended reports whether all of it
// left.
func (w *h2Wire) unsent(r *h2Request, hasBody bool) (unsent, ended bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case r.begun && r.stream > w.last:
		return true, false
	case w.blind:
		return false, false
	}
	r.sealed = !r.begun || hasBody && !r.body
	return r.sealed, r.ended
}

// forget ends the watch on a request.
func (w *h2Wire) forget(r *h2Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !r.sealed && w.requests[r.stream] == r {
		delete(w.requests, r.stream)
	}
}

// frame is the begin of an HTTP/2 frame.
type frame struct {
	kind           http2.FrameType
	flags          http2.Flags
	stream, length uint32
	last           uint32 // of GOAWAY
}

const (
	frameHeader = 9
	goAwayStart = frameHeader + 4
)

// frameScanner finds the frames in a stream of bytes.
type frameScanner struct {
	start [goAwayStart]byte
	have  int // bytes of start
	skip  int // bytes before the next frame
}

// each calls saw for each frame whose start is complete with these bytes.
func (s *frameScanner) each(p []byte, saw func(frame)) {
	for {
		n := min(s.skip, len(p))
		s.skip -= n
		if p = p[n:]; len(p) == 0 {
			return
		}
		need := frameHeader
		if s.have >= frameHeader {
			need = goAwayStart
		}
		n = copy(s.start[s.have:need], p)
		s.have += n
		if p = p[n:]; s.have < need {
			return
		}
		f := frame{
			kind: http2.FrameType(s.start[3]), flags: http2.Flags(s.start[4]),
			length: uint32(s.start[0])<<16 | uint32(s.start[1])<<8 | uint32(s.start[2]),
			stream: binary.BigEndian.Uint32(s.start[5:]) &^ (1 << 31),
		}
		if f.kind == http2.FrameGoAway && f.length >= goAwayStart-frameHeader {
			if need == frameHeader {
				continue
			}
			f.last = binary.BigEndian.Uint32(s.start[frameHeader:]) &^ (1 << 31)
		}
		s.have, s.skip = 0, int(f.length)-(need-frameHeader)
		saw(f)
	}
}
