package value

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// naive evaluates a good Value the obvious way, in memory. It shares no code with the evaluator but newHash.
func naive(src shelf, v *abi.Value, body []byte) []byte {
	var out []byte
	if v == nil {
		return out
	}
	for _, p := range v.Parts {
		switch {
		case p.Literal != nil:
			out = append(out, p.Literal...)
		case p.Secret != "":
			out = append(out, src.secrets[p.Secret].Text...)
		case p.Blob != nil:
			out = append(out, naiveEncode(src.blobs[p.Blob.Handle], p.Blob.Encoding)...)
		case p.Body != nil:
			out = append(out, body...)
		default:
			h := newHash(p.Digest.Algorithm)()
			if p.Digest.Key != nil {
				h = hmac.New(newHash(p.Digest.Algorithm), naive(src, p.Digest.Key, body))
			}
			h.Write(naive(src, p.Digest.Data, body))
			out = append(out, naiveEncode(h.Sum(nil), p.Digest.Output)...)
		}
	}
	return out
}

func naiveEncode(b []byte, enc abi.Encoding) string {
	switch enc {
	case abi.EncodingBase64:
		return base64.StdEncoding.EncodeToString(b)
	case abi.EncodingBase64Percent:
		return url.QueryEscape(base64.StdEncoding.EncodeToString(b))
	case abi.EncodingHex:
		return hex.EncodeToString(b)
	case abi.EncodingHexUpper:
		return strings.ToUpper(hex.EncodeToString(b))
	default:
		return string(b)
	}
}

// randomValue grows a good tree.
func randomValue(r *rand.Rand, depth int, body bool) *abi.Value {
	v := &abi.Value{}
	for range r.IntN(5) {
		switch kind := r.IntN(6); {
		case kind == 0:
			v.Parts = append(v.Parts, secret("k"))
		case kind <= 2:
			v.Parts = append(v.Parts, blob(uint32(r.IntN(4)), abi.Encoding(r.IntN(5))))
		case kind == 3 && depth > 0:
			d := abi.Digest{Algorithm: abi.Algorithm(1 + r.IntN(5)), Data: randomValue(r, depth-1, body)}
			if r.IntN(2) == 0 {
				d.Key = of(secret("k"), digest(abi.AlgorithmMD5, randomValue(r, depth-1, body), raw))
			}
			d.Output = []abi.Encoding{raw, b64, abi.EncodingHex, abi.EncodingHexUpper}[r.IntN(4)]
			v.Parts = append(v.Parts, abi.Part{Digest: &d})
		case kind == 4 && body:
			v.Parts = append(v.Parts, theBody())
		default:
			text := make([]byte, r.IntN(3)*r.IntN(900))
			for i := range text {
				text[i] = byte(r.Uint32())
			}
			v.Parts = append(v.Parts, abi.Part{Literal: text})
		}
	}
	return v
}

func TestRandomTreesGiveWhatNaiveEvaluationGives(t *testing.T) {
	src := shelf{
		secrets: map[string]Secret{"k": {Text: []byte("the key"), Uses: everyUse()}},
		blobs:   map[uint32][]byte{0: picture(20_000), 1: picture(6144), 2: picture(511), 3: {}},
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		bodyValue, signed := randomValue(r, 3, false), randomValue(r, 3, true)
		form := r.IntN(2) == 0
		req := &abi.HTTPRequest{
			Method: "POST", URL: "https://vendor.example/", Body: &abi.Body{Raw: bodyValue},
			Headers: []abi.NamedValue{{Name: "X-Sign", Value: of(digest(abi.AlgorithmSHA256, signed, hex32))}},
		}
		wantBody := naive(src, bodyValue, nil)
		if form {
			req.Body = &abi.Body{Form: &abi.Form{Fields: []abi.NamedValue{{Name: "v", Value: bodyValue}}}}
			wantBody = []byte("v=" + url.QueryEscape(string(wantBody)))
		}
		got, err := New(src, Limits{}).Request(req, nonce)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !bytes.Equal(readAll(t, got.Body.Stream), wantBody) {
			t.Errorf("seed %d: the body differs", seed)
		}
		if !bytes.Equal(readAll(t, got.Body.Stream), wantBody) {
			t.Errorf("seed %d: the body differs when it is opened again", seed)
		}
		want := naiveEncode(naive(src, of(digest(abi.AlgorithmSHA256, signed, raw)), wantBody), hex32)
		if got.Header.Get("X-Sign") != want {
			t.Errorf("seed %d: the digest differs", seed)
		}
	}
}
