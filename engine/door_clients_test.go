package engine

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

func TestDoorDecodesBase64AsClientsSendIt(t *testing.T) {
	t.Parallel()
	// All 6-bit values, so that both '+' and '/' occur.
	want := make([]byte, 10_000)
	for i := range want {
		want[i] = byte(i * 7)
	}
	text := base64.StdEncoding.EncodeToString(want)
	var lines strings.Builder
	for rest := text; rest != ""; {
		n := min(76, len(rest))
		lines.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	for name, sent := range map[string]string{
		"as it is":                        text,
		"without padding":                 strings.TrimRight(text, "="),
		"with line breaks":                lines.String(),
		"with a data URL's prefix":        "data:image/jpeg;base64," + text,
		"with blanks for plus":            strings.ReplaceAll(text, "+", " "),
		"percent-encoded once too often":  url.QueryEscape(text),
		"percent-encoded in lower case":   strings.NewReplacer("+", "%2b", "/", "%2f", "=", "%3d").Replace(text),
		"with blanks around":              "  " + text + " \n",
		"with a prefix and percent signs": "data:image/png;base64," + url.QueryEscape(text),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := decodeInPlace([]byte(sent)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v, %d bytes; want %d", err, len(got), len(want))
			}
		})
	}
}

func TestDoorRefusesInvalidBase64(t *testing.T) {
	t.Parallel()
	for _, sent := range []string{"a", "ab*d", "%", "%4", "%zz", "abc%0", "照片", "data:image/jpeg;base64,*", "http://a.example/b.jpg"} {
		if got, err := decodeInPlace([]byte(sent)); err == nil {
			t.Errorf("%q gives %q", sent, got)
		}
	}
}

func FuzzDecodeInPlace(f *testing.F) {
	f.Add([]byte("data:image/png;base64,QUJD"))
	f.Add([]byte("QU JD%2B%2f\r\n=="))
	f.Add([]byte("%"))
	f.Fuzz(func(t *testing.T, b []byte) {
		room := len(b)
		got, err := decodeInPlace(bytes.Clone(b))
		if err == nil && len(got) > room/4*3+2 {
			t.Errorf("%d bytes came out of %d", len(got), room)
		}
	})
}

func TestDoorDecodesAPictureInPlace(t *testing.T) {
	picture := bytes.Repeat([]byte{1, 2, 3, 250}, 1<<18) // 1 MiB
	text := base64.StdEncoding.AppendEncode(nil, picture)
	room := make([]byte, len(text))
	var got []byte
	allocated := math.Inf(1)
	for range 5 { // the least: others in this process allocate too
		allocated = min(allocated, testing.AllocsPerRun(1, func() {
			copy(room, text)
			got, _ = decodeInPlace(room)
		}))
	}
	if !bytes.Equal(got, picture) || &got[0] != &room[0] || allocated != 0 {
		t.Errorf("%d bytes with %v allocations, within the text's own memory: %v", len(got), allocated, &got[0] == &room[0])
	}
}

// inboundOf is a call at a door whose vendor signs with "secret".
func inboundOf(now time.Time, clients ...client) *inboundCall {
	p := &provider{specs: map[string]abi.SecretSpec{
		"id": {Name: "id", Uses: []string{"plain"}}, "secret": {Name: "secret", Uses: []string{"md5", "plain"}},
	}}
	g := &generation{cfg: Config{Now: func() time.Time { return now }}}
	v := &inboundCall{pluginCall: pluginCall{gen: g, provider: p, blobs: [][]byte{[]byte("the body")}}, door: &door{clients: clients}}
	v.eval = value.New(v, value.Limits{})
	return v
}

func clientOf(pairs ...string) client {
	c := client{secrets: map[string][]byte{}, seen: newSeen()}
	for i := 0; i < len(pairs); i += 2 {
		c.secrets[pairs[i]] = []byte(pairs[i+1])
	}
	return c
}

func secretPart(name string) *abi.Value { return &abi.Value{Parts: []abi.Part{{Secret: name}}} }

func md5Of(parts ...abi.Part) *abi.Value {
	return &abi.Value{Parts: []abi.Part{{Digest: &abi.Digest{Algorithm: abi.AlgorithmMD5, Output: abi.EncodingHex, Data: &abi.Value{Parts: parts}}}}}
}

func hexMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestDoorAdmitsOnlyWithProof(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	one, two := clientOf("id", "one", "secret", "first"), clientOf("id", "two", "secret", "second")
	half := clientOf("id", "half") // works with the other of a vendor's two ways
	signed := func(text string) []abi.Proof {
		return []abi.Proof{{Given: hexMD5(text), Expected: md5Of(abi.Part{Secret: "secret"}, abi.Part{Literal: []byte("x")}), IgnoreCase: true}}
	}
	key := func(name, given string) *abi.ClientKey { return &abi.ClientKey{Name: name, Value: given} }
	for _, tt := range []struct {
		name  string
		admit abi.Admit
		want  string // the client's id; empty for nobody
	}{
		{"a key and a good signature", abi.Admit{Client: key("id", "two"), Proofs: signed("secondx")}, "two"},
		{"a good signature without a key", abi.Admit{Proofs: signed("secondx")}, "two"},
		{"a signature in capitals", abi.Admit{Proofs: []abi.Proof{{Given: strings.ToUpper(hexMD5("firstx")), Expected: signed("")[0].Expected, IgnoreCase: true}}}, "one"},
		{"a signature over the body", abi.Admit{Proofs: []abi.Proof{{Given: hexMD5("the bodyfirst"), Expected: md5Of(abi.Part{Body: new(abi.BodyBytes)}, abi.Part{Secret: "secret"})}}}, "one"},
		{"a code that is the key itself", abi.Admit{Client: key("secret", "first")}, "one"},
		{"another client's signature", abi.Admit{Client: key("id", "one"), Proofs: signed("secondx")}, ""},
		{"one proof of two", abi.Admit{Proofs: append(signed("firstx"), signed("secondx")...)}, ""},
		{"an unknown key", abi.Admit{Client: key("id", "three"), Proofs: signed("firstx")}, ""},
		{"an empty key that a client does not have", abi.Admit{Client: key("secret", "")}, ""},
		{"an empty key that nobody has", abi.Admit{Client: key("nothing", "")}, ""},
		{"a credential that the client does not have", abi.Admit{Client: key("id", "half"), Proofs: signed("x")}, ""},
		{"an empty proof of nothing", abi.Admit{Client: key("id", "one"), Proofs: []abi.Proof{{}}}, ""},
		{"an empty proof of a secret", abi.Admit{Client: key("id", "half"), Proofs: []abi.Proof{{Expected: secretPart("secret")}}}, ""},
		{"neither key nor proof", abi.Admit{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := inboundOf(now, one, two, half)
			refused := v.authenticate(&tt.admit)
			got := ""
			if v.client != nil {
				got = string(v.client.secrets["id"])
			}
			if got != tt.want || (refused == nil) != (tt.want != "") {
				t.Errorf("client %q, refused %+v; want client %q", got, refused, tt.want)
			}
			if _, held := v.Blob(0); held {
				t.Error("the body is still held")
			}
		})
	}
}

func TestDoorTakesASignedRequestOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	one, two := clientOf("id", "one"), clientOf("id", "two")
	said := &abi.Fail{VendorMessage: "Nonce Used"}
	from := func(id string, at time.Time) *abi.Fail {
		v := inboundOf(at, one, two)
		refused := v.authenticate(&abi.Admit{Client: &abi.ClientKey{Name: "id", Value: id}, ReplayKey: "nonce", WindowSeconds: 60, Replayed: said})
		if refused != nil && v.client != nil {
			t.Error("a request that is refused has the client's secrets")
		}
		return refused
	}
	for _, tt := range []struct {
		name string
		id   string
		at   time.Duration
		want *abi.Fail
	}{
		{"at first", "one", 0, nil},
		{"again", "one", 0, said},
		{"again at the end of its window", "one", 59 * time.Second, said},
		{"by another client", "two", 59 * time.Second, nil},
		{"once its window is over", "one", 60 * time.Second, nil},
		{"and again", "one", 61 * time.Second, said},
	} {
		if got := from(tt.id, now.Add(tt.at)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestDoorRefusesARequestThatItCannotRemember(t *testing.T) {
	t.Parallel()
	s, now := newSeen(), time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for i := range maxSeen {
		s.keys[[32]byte{byte(i), byte(i >> 8), byte(i >> 16)}] = now.Add(time.Minute)
	}
	if !s.before("one more", now, time.Minute) {
		t.Error("a key beyond the bound is taken")
	}
	if s.before("one more", now.Add(time.Minute), time.Minute) || len(s.keys) != 1 {
		t.Errorf("%d keys are held once all others have expired, want 1", len(s.keys))
	}
}
