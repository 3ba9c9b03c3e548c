package value

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/emmansun/gmsm/sm3"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func TestDigestsGivePublishedSums(t *testing.T) {
	e := New(shelf{}, Limits{})
	for _, c := range []struct {
		name string
		part abi.Part
		want string
	}{
		{"md5 of abc, RFC 1321", digest(abi.AlgorithmMD5, of("abc"), hex32), "900150983cd24fb0d6963f7d28e17f72"},
		{"sha1 of abc, FIPS 180", digest(abi.AlgorithmSHA1, of("abc"), hex32), "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{
			"sha256 of abc in upper case, FIPS 180", digest(abi.AlgorithmSHA256, of("abc"), abi.EncodingHexUpper),
			"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		},
		{
			"sha512 of abc, FIPS 180", digest(abi.AlgorithmSHA512, of("abc"), hex32),
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
				"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		},
		{
			"sm3 of abc, GB/T 32905", digest(abi.AlgorithmSM3, of("abc"), hex32),
			"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		},
		{
			"hmac-md5, RFC 2202 case 2",
			hmacOf(abi.AlgorithmMD5, of("Jefe"), of("what do ya want ", "for nothing?"), hex32), "750c783e6ab0b503eaa86e310a5db738",
		},
		{
			"hmac-sha1, RFC 2202 case 2",
			hmacOf(abi.AlgorithmSHA1, of("Jefe"), of("what do ya want for nothing?"), hex32), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		},
		{
			"hmac-sha256 as base64, RFC 4231 case 2",
			hmacOf(abi.AlgorithmSHA256, of("Jefe"), of("what do ya want for nothing?"), b64), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
		},
		{
			"an empty key is a key", hmacOf(abi.AlgorithmSHA256, of(), of(), hex32),
			"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
		},
		{
			"no data is empty data", digest(abi.AlgorithmMD5, nil, hex32), "d41d8cd98f00b204e9800998ecf8427e",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := e.Bytes(of(c.part), 128)
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
	mac := hmac.New(sm3.New, []byte("k"))
	mac.Write([]byte("abc"))
	got, err := e.Bytes(of(hmacOf(abi.AlgorithmSM3, of("k"), of("abc"), raw)), 32)
	if err != nil || !bytes.Equal(got, mac.Sum(nil)) {
		t.Errorf("hmac-sm3: %x, %v", got, err)
	}
}

func TestASecretStandsOnlyWhereItsManifestEntrySays(t *testing.T) {
	k := of(secret("k"))
	for _, c := range []struct {
		name  string
		value *abi.Value
		use   string
		path  string
	}{
		{"as it is", k, "plain", "parts[0]"},
		{"in a digest", of("x", digest(abi.AlgorithmMD5, k, hex32)), "md5", "parts[1].digest.data.parts[0]"},
		{"as the key of an HMAC", of(hmacOf(abi.AlgorithmSHA1, k, of(), hex32)), "hmac-sha1", "parts[0].digest.key.parts[0]"},
		{"in the data of an HMAC", of(hmacOf(abi.AlgorithmSM3, of("x"), k, hex32)), "hmac-sm3", "parts[0].digest.data.parts[0]"},
		{
			"in a digest in an HMAC the inner one counts",
			of(hmacOf(abi.AlgorithmSHA512, of(digest(abi.AlgorithmSHA256, k, raw)), of(), hex32)), "sha256",
			"parts[0].digest.key.parts[0].digest.data.parts[0]",
		},
		{"as an RSA key", of(hmacOf(abi.AlgorithmRSASHA256, k, of(), b64)), "rsa-sha256", "parts[0].digest.key.parts[0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := func(uses []string) shelf {
				return shelf{secrets: map[string]Secret{"k": {Text: []byte("top-secret-key"), Uses: uses}}}
			}
			_, err := New(src([]string{c.use}), Limits{}).Bytes(c.value, 1<<10)
			var e *Error
			if err != nil && !(c.use == "rsa-sha256" && errors.As(err, &e) && e.Kind == KindBadKey) {
				t.Errorf("with the use %s: %v", c.use, err)
			}
			others := slices.DeleteFunc(everyUse(), func(u string) bool { return u == c.use })
			_, err = New(src(others), Limits{}).Bytes(c.value, 1<<10)
			wantKind(t, err, KindSecretUseDenied, c.path)
			if errors.As(err, &e) && (e.Use != c.use || e.Secret != "k") {
				t.Errorf("error says secret %q, use %q", e.Secret, e.Use)
			}
		})
	}
}

func TestHostileTreesGiveTypedErrors(t *testing.T) {
	deep := of("x")
	for range 40 {
		deep = of(digest(abi.AlgorithmMD5, deep, hex32))
	}
	loop := &abi.Value{}
	loop.Parts = []abi.Part{digest(abi.AlgorithmMD5, loop, hex32)}
	doubling := of("x")
	for range 30 {
		doubling = of(digest(abi.AlgorithmMD5, &abi.Value{Parts: []abi.Part{
			digest(abi.AlgorithmMD5, doubling, hex32), digest(abi.AlgorithmMD5, doubling, hex32),
		}}, hex32))
	}
	nested := of(blob(7, raw))
	for range 12 {
		nested = of(digest(abi.AlgorithmMD5, nested, hex32), blob(7, raw))
	}
	keys := of()
	for range 200 {
		keys = of(keys, hmacOf(abi.AlgorithmMD5, of(blob(8, raw)), of(), hex32))
	}
	heavy := of()
	for range 100 {
		heavy = of(heavy, digest(abi.AlgorithmMD5, of(blob(7, b64)), hex32))
	}
	src := shelf{
		secrets: map[string]Secret{"k": {Text: []byte("top-secret-key"), Uses: everyUse()}},
		blobs:   map[uint32][]byte{0: picture(1000), 7: make([]byte, 1<<20), 8: make([]byte, 64<<10)},
	}
	limits := Limits{DigestBytes: 8 << 20, BodyBytes: 64 << 10, LiteralBytes: 4 << 10}
	for _, c := range []struct {
		name  string
		value *abi.Value
		kind  Kind
		path  string
	}{
		{"a part with no member", &abi.Value{Parts: make([]abi.Part, 1)}, KindUnknownPart, "parts[0]"},
		{"a part with two members", of(abi.Part{Secret: "k", Literal: []byte("x")}), KindUnknownPart, "parts[0]"},
		{"a secret nobody has", of("x", secret("nobody")), KindUnknownSecret, "parts[1]"},
		{"a blob nobody has", of(blob(3, raw)), KindUnknownBlob, "parts[0]"},
		{"a blob in an encoding of tomorrow", of(image(9)), KindBadEncoding, "parts[0]"},
		{"no algorithm", of(digest(0, of(), hex32)), KindBadAlgorithm, "parts[0].digest"},
		{"an algorithm of tomorrow", of(digest(1<<31, of(), hex32)), KindBadAlgorithm, "parts[0].digest"},
		{"a digest percent-encoded", of(digest(1, of(), abi.EncodingBase64Percent)), KindBadEncoding, "parts[0].digest"},
		{"RSA without a key", of(digest(abi.AlgorithmRSASHA256, of(), hex32)), KindBadKey, "parts[0].digest"},
		{"RSA with a text as key", of(hmacOf(abi.AlgorithmRSASHA256, of(secret("k")), of(), hex32)), KindBadKey, "parts[0].digest.key"},
		{"an endless HMAC key", of(hmacOf(1, of(blob(7, raw)), of(), hex32)), KindTooLarge, "parts[0].digest.key.parts[0]"},
		{"forty digests deep", deep, KindTooDeep, strings.Repeat("parts[0].digest.data.", 32) + "parts[0].digest"},
		{"a tree that holds itself", loop, KindTooDeep, strings.Repeat("parts[0].digest.data.", 32) + "parts[0].digest"},
		{"the body where there is none", of(digest(1, of(theBody()), hex32)), KindCycle, "parts[0].digest.data.parts[0]"},
		{"more than fits", of(blob(7, raw)), KindTooLarge, "parts[0]"},
		{"more than fits once encoded", of(image(b64), blob(7, abi.EncodingBase64Percent)), KindTooLarge, "parts[1]"},
		{"many literals", of(strings.Repeat("x", 3000), strings.Repeat("y", 3000)), KindTooLarge, "parts[1]"},
		{"pictures hashed at every level", of(digest(1, nested, hex32)), KindTooLarge, strings.Repeat("parts[0].digest.data.", 5) + "parts[0].digest.data"},
		{"long keys without end", keys, KindTooLarge, "parts[128].digest.key"},
		{"the same picture hashed for ever", heavy, KindTooLarge, "parts[5].digest.data.parts[0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(src, limits).Stream(c.value)
			wantKind(t, err, c.kind, c.path)
			if err != nil && strings.Contains(err.Error(), "top-secret") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
	t.Run("shared subtrees that double at every level", func(t *testing.T) {
		_, err := New(src, Limits{Depth: 100}).Stream(doubling)
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindTooManyParts {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAnErrorNeverQuotesWhatCouldBeAPersonsNumber(t *testing.T) {
	for name, shown := range map[string]bool{
		"app_secret2": true, "11010119900307123X": false, "张三": false, "a b": false, strings.Repeat("x", 65): false,
	} {
		_, err := New(shelf{}, Limits{}).Bytes(of(secret(name)), 10)
		if strings.Contains(err.Error(), name) != shown {
			t.Errorf("%q, want it shown: %v", err, shown)
		}
	}
}

func TestBytesHoldsToItsLimit(t *testing.T) {
	e := New(shelf{blobs: map[uint32][]byte{0: picture(999)}}, Limits{})
	if got, err := e.Bytes(of("<", image(b64), ">"), 1334); err != nil || len(got) != 1334 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	_, err := e.Bytes(of("<", image(b64), ">"), 1333)
	wantKind(t, err, KindTooLarge, "parts[2]")
}

func TestBase64IsKeptOnlyIfItIsNeededTwice(t *testing.T) {
	src := shelf{blobs: map[uint32][]byte{0: picture(10_000)}}
	sum := []abi.NamedValue{{Name: "Content-MD5", Value: of(digest(1, of(theBody()), b64))}}
	for _, c := range []struct {
		name    string
		body    *abi.Value
		headers []abi.NamedValue
		kept    bool
	}{
		{"sent", of(image(b64)), nil, false},
		{"sent twice", of(image(b64), image(abi.EncodingBase64Percent)), nil, true},
		{"sent and hashed with the body", of(image(b64)), sum, false},
		{"sent and hashed alone", of(image(b64)), []abi.NamedValue{{Name: "X", Value: of(digest(1, of(image(b64)), hex32))}}, true},
		{"hashed alone", of(), []abi.NamedValue{{Name: "X", Value: of(digest(1, of(image(b64)), hex32))}}, false},
		{"sent raw twice", of(image(raw), image(raw)), sum, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := New(src, Limits{})
			req, err := e.Request(&abi.HTTPRequest{
				Method: "POST", URL: "https://vendor.example", Headers: c.headers, Body: &abi.Body{Raw: c.body},
			}, "n")
			if err != nil {
				t.Fatal(err)
			}
			if _, kept := e.base64[0]; kept != c.kept {
				t.Errorf("base64 kept: %v, want %v", kept, c.kept)
			}
			readAll(t, req.Body.Stream)
		})
	}
}

func TestAStreamReadsTheSameInPiecesOfAnySize(t *testing.T) {
	data := picture(50_001)
	e := New(shelf{blobs: map[uint32][]byte{0: data}}, Limits{})
	s, err := e.Stream(of("a", image(b64), "b", image(abi.EncodingHex), image(abi.EncodingBase64Percent), image(raw)))
	if err != nil {
		t.Fatal(err)
	}
	want := readAll(t, s)
	for _, size := range []int{1, 2, 3, 5, 4096, 6145, 100_000} {
		r, _ := s.Open()
		var got []byte
		buf := make([]byte, size)
		for {
			n, err := r.Read(buf)
			got = append(got, buf[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("reading %d bytes at a time gives other bytes", size)
		}
	}
	r, _ := s.Open()
	if err := iotest.TestReader(r, want); err != nil {
		t.Error(err)
	}
	r, _ = s.Open()
	if _, err := io.CopyN(io.Discard, r, 10_000); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(struct{ io.Reader }{r}); err != nil || !bytes.Equal(rest, want[10_000:]) {
		t.Errorf("the rest after 10000 bytes differs, %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("reading after Close: %v", err)
	}
	if !bytes.Contains(want, []byte(base64.StdEncoding.EncodeToString(data))) {
		t.Error("the stream does not hold the picture's base64")
	}
}

func TestTheSumOfTheBodyIsTakenOnce(t *testing.T) {
	src := shelf{blobs: map[uint32][]byte{0: picture(1 << 20)}}
	sum := of(digest(abi.AlgorithmSHA256, of(theBody()), hex32))
	req := &abi.HTTPRequest{Method: "POST", URL: "https://vendor.example", Body: &abi.Body{Raw: of(image(raw))}}
	for range 20 {
		req.Headers = append(req.Headers, abi.NamedValue{Name: "X-Sum", Value: sum})
	}
	out, err := New(src, Limits{DigestBytes: 1 << 20}).Request(req, "n")
	if err != nil {
		t.Fatal(err)
	}
	want := sha256.Sum256(src.blobs[0])
	if got, _ := New(src, Limits{}).Bytes(of(digest(abi.AlgorithmSHA256, of(image(raw)), raw)), 32); !bytes.Equal(got, want[:]) {
		t.Error("the sum is wrong")
	}
	if n := len(out.Header["X-Sum"]); n != 20 {
		t.Errorf("%d headers", n)
	}
}
