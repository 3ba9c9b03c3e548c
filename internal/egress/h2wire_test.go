package egress

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"testing"

	"golang.org/x/net/http2"
)

func frames(t *testing.T, write func(f *http2.Framer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(http2.NewFramer(&b, nil)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFrameScannerFindsFramesHoweverTheyAreCut(t *testing.T) {
	t.Parallel()
	text := frames(t, func(f *http2.Framer) error {
		return errors.Join(
			f.WriteSettings(), f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}, EndHeaders: true}),
			f.WriteData(1, true, make([]byte, 300)), f.WriteRawFrame(http2.FrameGoAway, 0, 0, []byte("bad")), f.WriteGoAway(5, http2.ErrCodeInternal, []byte("why")),
			f.WriteData(3, false, nil), f.WritePing(true, [8]byte{}))
	})
	want := []frame{
		{kind: http2.FrameSettings}, {kind: http2.FrameHeaders, flags: http2.FlagHeadersEndHeaders, stream: 1, length: 1},
		{kind: http2.FrameData, flags: http2.FlagDataEndStream, stream: 1, length: 300}, {kind: http2.FrameGoAway, length: 3},
		{kind: http2.FrameGoAway, length: 11, last: 5}, {kind: http2.FrameData, stream: 3},
		{kind: http2.FramePing, flags: http2.FlagPingAck, length: 8},
	}
	for size := 1; size <= len(text); size++ {
		var s frameScanner
		var got []frame
		for piece := range slices.Chunk(text, size) {
			s.each(piece, func(f frame) { got = append(got, f) })
		}
		if !slices.Equal(got, want) {
			t.Fatalf("in pieces of %d: %v, want %v", size, got, want)
		}
	}
}

// wireTo returns a wire whose preface is written. What it writes comes to nobody.
func wireTo(t *testing.T) *h2Wire {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { _ = far.Close() })
	w := newH2Wire(tls.Client(near, &tls.Config{ServerName: "nobody"}), near)
	w.out.skip = 0
	return w
}

// TestH2WireSendsNothingOfACallThatWasToldSo lets frames follow after the call has ended.
//
//attack:vendor-unsent a window that opens once the call was told that nothing was sent
func TestH2WireSendsNothingOfACallThatWasToldSo(t *testing.T) {
	t.Parallel()
	headers := frames(t, func(f *http2.Framer) error {
		return f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}, EndHeaders: true})
	})
	data := frames(t, func(f *http2.Framer) error { return f.WriteData(1, true, []byte("card")) })
	reset := frames(t, func(f *http2.Framer) error { return f.WriteRSTStream(1, http2.ErrCodeCancel) })
	for _, tt := range []struct {
		name        string
		before      [][]byte
		hasBody     bool
		unsent, all bool
		after       []byte
	}{
		{"nothing has left", nil, false, true, false, headers},
		{"the headers have left, and the body must not", [][]byte{headers}, true, true, false, data},
		{"the headers were all", [][]byte{headers}, false, false, false, nil},
		{"all has left", [][]byte{headers, data}, true, false, true, nil},
		{"and the stream was reset", [][]byte{headers, reset}, true, true, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, r := wireTo(t), new(h2Request)
			w.announce(r)
			for _, b := range tt.before {
				w.out.each(b, func(f frame) { w.leaves(f) })
			}
			if unsent, ended := w.unsent(r, tt.hasBody); unsent != tt.unsent || ended != tt.all {
				t.Errorf("unsent %v, ended %v", unsent, ended)
			}
			if tt.after == nil {
				return
			}
			if _, err := w.Write(tt.after); !errors.Is(err, errSealed) {
				t.Errorf("what was not sent leaves after all: %v", err)
			}
		})
	}
	t.Run("an unannounced stream may be anybody's", func(t *testing.T) {
		t.Parallel()
		w, r := wireTo(t), new(h2Request)
		w.out.each(headers, func(f frame) { w.leaves(f) })
		if unsent, _ := w.unsent(r, true); unsent {
			t.Error("it counts as not sent")
		}
	})
}
