package process

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func FuzzStdioChunk(f *testing.F) {
	good := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 2)
	good = protowire.AppendBytes(protowire.AppendTag(good, 2, protowire.BytesType), []byte("a line"))
	f.Add(good)
	f.Add(protowire.AppendVarint(protowire.AppendTag(nil, 9, protowire.VarintType), 1<<63))
	f.Add([]byte{0x12, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var c stdioChunk
		if err := c.UnmarshalWire(b); err == nil && len(c.data) > len(b) {
			t.Errorf("%d bytes came out of %d", len(c.data), len(b))
		}
	})
}

// Whatever a child prints and however it is cut into writes: the first line comes out, within its limit, and the log gets
// nothing that could not be shown.
func FuzzOutput(f *testing.F) {
	f.Add([]byte("1|1|unix|socket|grpc|\nmore\nlines"), 5)
	f.Add([]byte("\n\n\x1b[2J样本\xff\n"), 1)
	f.Add([]byte(strings.Repeat("x", 3*handshakeBytes)), 4096)
	f.Fuzz(func(t *testing.T, printed []byte, step int) {
		if step < 1 {
			step = 1
		}
		var logged bytes.Buffer
		clock := newAlarms()
		out := newOutputLog(slog.New(slog.NewTextHandler(&logged, nil)), clock.now)
		rest := out.lines("stdout")
		first := newFirstLine(rest)
		line := make(chan []byte, 1)
		go func() {
			b, _ := io.ReadAll(first.line)
			line <- b
		}()
		for b := printed; len(b) > 0; b = b[min(step, len(b)):] {
			if _, err := first.Write(b[:min(step, len(b))]); err != nil {
				t.Fatal(err)
			}
		}
		first.close()
		rest.flush()
		want, _, _ := bytes.Cut(printed, []byte{'\n'})
		want = want[:min(len(want), handshakeBytes)]
		if got := bytes.TrimSuffix(<-line, []byte{'\n'}); !bytes.Equal(got, want) {
			t.Errorf("the first line is %q, want %q", got, want)
		}
		if !utf8.Valid(logged.Bytes()) || bytes.ContainsRune(logged.Bytes(), '\x1b') {
			t.Errorf("logged: %q", logged.Bytes())
		}
		if last := out.last(); len(last) > 2*tailBytes {
			t.Errorf("%d bytes are kept", len(last))
		}
		if len(rest.text) > abi.MaxLogBytes {
			t.Errorf("a line of %d bytes is kept", len(rest.text))
		}
	})
}

func FuzzOwnAddress(f *testing.F) {
	const folder = "/tmp/own"
	f.Add("tcp", "127.0.0.1:80")
	f.Add("unix", "/tmp/own/../other/socket")
	f.Add("unix", "@abstract")
	f.Add("unix", "socket")
	f.Fuzz(func(t *testing.T, network, address string) {
		if ownAddress(folder, network, address) == nil { // nothing lies there
			t.Errorf("%s %s is taken for the child's own", network, address)
		}
	})
}
