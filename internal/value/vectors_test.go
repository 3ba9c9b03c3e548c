package value

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// vector is one entry of testdata/sign-vectors.json.
type vector struct {
	Scheme, Name, Secret, Body, Message, Expect string
	ContentMD5                                  string `json:"content_md5"`
	StringToSign                                string `json:"string_to_sign"`
	CanonicalRequest                            string `json:"canonical_request"`
	Payload                                     string
}

const (
	hex32 = abi.EncodingHex
	raw   = abi.EncodingRaw
	b64   = abi.EncodingBase64
)

func key() abi.Part { return secret("key") }

// signature is the tree a provider of the scheme would write.
func (v vector) signature(t *testing.T) *abi.Value {
	t.Helper()
	const s256 = abi.AlgorithmSHA256
	hmac256 := func(key, data *abi.Value) *abi.Value { return of(hmacOf(s256, key, data, raw)) }
	switch v.Scheme {
	case "aliyun-apigw-hmac":
		text := of(v.StringToSign)
		if v.ContentMD5 != "" {
			text = v.splice(t, v.StringToSign, v.ContentMD5, digest(abi.AlgorithmMD5, of(theBody()), b64))
		}
		alg := s256
		if strings.Contains(v.StringToSign, "HmacSHA1") {
			alg = abi.AlgorithmSHA1
		}
		return of(hmacOf(alg, of(key()), text, b64))
	case "acs3", "huawei-sdk-hmac":
		return of(hmacOf(s256, of(key()), v.toSign(t), hex32))
	case "tc3":
		date := hmac256(of("TC3", key()), of("2019-02-25"))
		signing := hmac256(hmac256(date, of("cvm")), of("tc3_request"))
		return of(hmacOf(s256, signing, v.toSign(t), hex32))
	case "sigv4":
		k := of("AWS4", key())
		for _, step := range []string{"20150830", "us-east-1", "service", "aws4_request"} {
			k = hmac256(k, of(step))
		}
		return of(hmacOf(s256, k, v.toSign(t), hex32))
	case "jumdata-sha256":
		before, after, _ := strings.Cut(v.Message, v.Secret)
		return of(digest(s256, of(before, key(), after), hex32))
	default:
		t.Fatalf("no tree for the scheme %q", v.Scheme)
		return nil
	}
}

// toSign is the text to sign with the digest of the canonical request, and in that the digest of the body, as trees.
func (v vector) toSign(t *testing.T) *abi.Value {
	t.Helper()
	lines := strings.Split(v.StringToSign, "\n")
	canonical := strings.Split(v.CanonicalRequest, "\n")
	bodySum := digest(abi.AlgorithmSHA256, of(theBody()), hex32)
	request := v.splice(t, v.CanonicalRequest, canonical[len(canonical)-1], bodySum)
	return v.splice(t, v.StringToSign, lines[len(lines)-1], digest(abi.AlgorithmSHA256, request, hex32))
}

// splice puts a part where text has its known result, every time.
func (v vector) splice(t *testing.T, text, known string, part abi.Part) *abi.Value {
	t.Helper()
	if !strings.Contains(text, known) {
		t.Fatalf("%s: the text does not hold %s", v.Name, known)
	}
	out := of()
	for i, piece := range strings.Split(text, known) {
		if i > 0 {
			out = of(out, part)
		}
		out = of(out, piece)
	}
	return out
}

func TestEveryVectorComesOutOfATree(t *testing.T) {
	text, err := os.ReadFile("testdata/sign-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 10 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		t.Run(v.Scheme+"/"+v.Name, func(t *testing.T) {
			src := shelf{secrets: map[string]Secret{"key": {
				Text: []byte(v.Secret), Uses: []string{"sha256", "hmac-sha256", "hmac-sha1"},
			}}}
			req, err := New(src, Limits{}).Request(&abi.HTTPRequest{
				Method: "POST", URL: "https://vendor.example/",
				Headers: []abi.NamedValue{
					{Name: "Signature", Value: v.signature(t)},
					{Name: "Content-MD5", Value: of(digest(abi.AlgorithmMD5, of(theBody()), b64))},
				},
				Body: &abi.Body{Raw: of(v.Body + v.Payload)},
			}, "n")
			if err != nil {
				t.Fatal(err)
			}
			if got := req.Header.Get("Signature"); got != v.Expect {
				t.Errorf("signature %s, want %s\n%s", got, v.Expect, Explain(v.signature(t)))
			}
			if got := req.Header.Get("Content-MD5"); v.ContentMD5 != "" && got != v.ContentMD5 {
				t.Errorf("Content-MD5 %s, want %s", got, v.ContentMD5)
			}
		})
	}
}
