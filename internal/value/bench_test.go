package value

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// The benchmarks put a picture of 500 KB into a request as the engine does and as a client written by hand does, and read
// the body the way net/http does, 32 KiB at a time. Each reports time and allocated bytes as a ratio to by-hand.

func BenchmarkMultipartBase64(b *testing.B) {
	data := picture(500 << 10)
	src := shelf{blobs: map[uint32][]byte{0: data}}
	req := &abi.HTTPRequest{
		Method: "POST", URL: "https://vendor.example/ocr",
		Body: &abi.Body{Multipart: &abi.Multipart{Fields: []abi.MultipartField{
			{Name: "appId", Value: of("x")}, {Name: "image", Value: of(image(b64))},
		}}},
	}
	compare(b, func() error { return sendBody(src, req) }, func() error {
		var buf bytes.Buffer
		w := multipart.NewWriter(&buf)
		if err := w.WriteField("appId", "x"); err != nil {
			return err
		}
		if err := w.WriteField("image", base64.StdEncoding.EncodeToString(data)); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		return drain(&buf)
	})
}

func BenchmarkFormAndSignatureOverBase64(b *testing.B) {
	data := picture(500 << 10)
	src := shelf{
		secrets: map[string]Secret{"k": {Text: []byte("secret"), Uses: []string{"md5"}}},
		blobs:   map[uint32][]byte{0: data},
	}
	req := &abi.HTTPRequest{
		Method: "POST", URL: "https://vendor.example/ocr",
		Headers: []abi.NamedValue{{Name: "X-Sign", Value: of(digest(abi.AlgorithmMD5, of(secret("k"), image(b64)), hex32))}},
		Body:    &abi.Body{Form: &abi.Form{Fields: []abi.NamedValue{{Name: "image", Value: of(image(b64))}}}},
	}
	compare(b, func() error { return sendBody(src, req) }, func() error {
		text := base64.StdEncoding.EncodeToString(data)
		sum := md5.Sum([]byte("secret" + text))
		_ = hex.EncodeToString(sum[:])
		return drain(bytes.NewBufferString(url.Values{"image": {text}}.Encode()))
	})
}

func BenchmarkJSONBase64(b *testing.B) {
	src := shelf{blobs: map[uint32][]byte{0: picture(500 << 10)}}
	req := &abi.HTTPRequest{
		Method: "POST", URL: "https://vendor.example/ocr",
		Body: &abi.Body{JSON: &abi.JSON{Object: &abi.JSONObject{Members: []abi.JSONMember{
			{Name: "image", Value: &abi.JSON{Text: of(image(b64))}},
		}}}},
	}
	for b.Loop() {
		if err := sendBody(src, req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkJSONBase64AndItsMD5 is what a gateway asks for that wants Content-MD5.
func BenchmarkJSONBase64AndItsMD5(b *testing.B) {
	src := shelf{blobs: map[uint32][]byte{0: picture(500 << 10)}}
	req := &abi.HTTPRequest{
		Method: "POST", URL: "https://vendor.example/ocr",
		Headers: []abi.NamedValue{{Name: "Content-MD5", Value: of(digest(abi.AlgorithmMD5, of(theBody()), b64))}},
		Body: &abi.Body{JSON: &abi.JSON{Object: &abi.JSONObject{Members: []abi.JSONMember{
			{Name: "image", Value: &abi.JSON{Text: of(image(b64))}},
		}}}},
	}
	for b.Loop() {
		if err := sendBody(src, req); err != nil {
			b.Fatal(err)
		}
	}
}

func sendBody(src shelf, req *abi.HTTPRequest) error {
	out, err := New(src, Limits{}).Request(req, nonce)
	if err != nil {
		return err
	}
	r, err := out.Body.Open()
	if err != nil {
		return err
	}
	return drain(r)
}

func drain(r io.Reader) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, make([]byte, 32<<10))
	return err
}

// compare runs both in turn, so that both meet the same machine, and reports ours/by-hand.
func compare(b *testing.B, ours, byHand func() error) {
	b.Helper()
	type cost struct {
		time  time.Duration
		bytes uint64
	}
	run := func(c *cost, f func() error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		c.time += time.Since(start)
		runtime.ReadMemStats(&after)
		c.bytes += after.TotalAlloc - before.TotalAlloc
	}
	var us, hand cost
	n := uint64(0)
	for b.Loop() {
		run(&us, ours)
		run(&hand, byHand)
		n++
	}
	b.ReportMetric(float64(us.time)/float64(hand.time), "time-ratio")
	b.ReportMetric(float64(us.bytes)/float64(hand.bytes), "bytes-ratio")
	b.ReportMetric(float64(us.time.Microseconds())/float64(n), "µs-ours")
	b.ReportMetric(float64(hand.time.Microseconds())/float64(n), "µs-by-hand")
	b.ReportMetric(float64(us.bytes/n), "B-ours")
	b.ReportMetric(float64(hand.bytes/n), "B-by-hand")
}

// BenchmarkMask looks for two secrets in what a vendor answers: the texts of a card, one by one, a whole answer of 5 KB with
// escapes, and a picture of 300 KB.
func BenchmarkMask(b *testing.B) {
	m := NewMask([]byte("0123456789abcdef0123456789abcdef"), []byte("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"))
	var card []string
	for range 20 {
		card = append(card, "样本人", "1990-03-07", "样本省样本市样本路一号", "11010119900307123X")
	}
	answer := []string{strings.Repeat(`{"name": "\u6837\u672c\u4eba", "url": "https:\/\/example.com\/%20"}`, 75)}
	picture := []string{strings.Repeat("iVBORw0KGgoAAAANSUhEUgAA", 300<<10/24)}
	for _, in := range []struct {
		name  string
		texts []string
	}{{"80 texts of a card", card}, {"an answer", answer}, {"a picture", picture}} {
		b.Run(in.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, text := range in.texts {
					_ = m.String(text)
				}
			}
		})
	}
}
