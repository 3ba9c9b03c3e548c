package value

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// shelf is the Sources of tests.
type shelf struct {
	secrets map[string]Secret
	blobs   map[uint32][]byte
}

func (s shelf) Secret(name string) (Secret, bool) { v, ok := s.secrets[name]; return v, ok }
func (s shelf) Blob(h uint32) ([]byte, bool)      { v, ok := s.blobs[h]; return v, ok }

func everyUse() []string {
	uses := []string{UsePlain, "rsa-sha256"}
	for _, h := range []string{"md5", "sha1", "sha256", "sha512", "sm3"} {
		uses = append(uses, h, "hmac-"+h)
	}
	return uses
}

// of concatenates: a string is a literal, everything else a part or a value.
func of(parts ...any) *abi.Value {
	v := &abi.Value{}
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			v.Parts = append(v.Parts, abi.Part{Literal: []byte(p)})
		case abi.Part:
			v.Parts = append(v.Parts, p)
		case *abi.Value:
			v.Parts = append(v.Parts, p.Parts...)
		default:
			panic("of: neither text, part nor value")
		}
	}
	return v
}

func secret(name string) abi.Part { return abi.Part{Secret: name} }
func image(enc abi.Encoding) abi.Part {
	return abi.Part{Blob: &abi.Blob{Encoding: enc}}
}
func blob(h uint32, enc abi.Encoding) abi.Part {
	return abi.Part{Blob: &abi.Blob{Handle: h, Encoding: enc}}
}
func theBody() abi.Part { return abi.Part{Body: &abi.BodyBytes{}} }

func digest(a abi.Algorithm, data *abi.Value, out abi.Encoding) abi.Part {
	return abi.Part{Digest: &abi.Digest{Algorithm: a, Data: data, Output: out}}
}

func hmacOf(a abi.Algorithm, key, data *abi.Value, out abi.Encoding) abi.Part {
	return abi.Part{Digest: &abi.Digest{Algorithm: a, Key: key, Data: data, Output: out}}
}

func picture(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

func readAll(t testing.TB, s Stream) []byte {
	t.Helper()
	r, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(b)) != s.Len {
		t.Errorf("stream says %d bytes and gives %d", s.Len, len(b))
	}
	var w bytes.Buffer
	if n, err := s.WriteTo(&w); err != nil || n != s.Len || !bytes.Equal(w.Bytes(), b) {
		t.Errorf("WriteTo gives %d bytes, error %v, other bytes than Read: %v", n, err, !bytes.Equal(w.Bytes(), b))
	}
	return b
}

func wantKind(t testing.TB, err error, kind Kind, path string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want an *Error of kind %s", err, kind)
	}
	if e.Kind != kind || e.Path != path {
		t.Errorf("error is %q\nkind %s at %q, want %s at %q", e, e.Kind, e.Path, kind, path)
	}
}
