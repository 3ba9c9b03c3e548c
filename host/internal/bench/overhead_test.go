package bench

import (
	"bytes"
	"crypto/md5" // what the vendor asks for
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"slices"
	"testing"
	"time"
)

// BenchmarkOverhead compares a call through the gateway with the same call to the vendor. Each op makes one of each, in random order,
// with a different picture. The direct request is encoded beforehand, so all that the gateway does with a picture is overhead. Each op
// also measures base64 and MD5 of the picture by the standard library, and the direct call through a reverse proxy of the standard
// library.
//
// The vendors are duguang, whose protocol requires base64 in JSON and an MD5 over it, and jumdata, which accepts the file and needs no
// hash. Vendors, proxy and gateway are separate processes; all connections are reused.
func BenchmarkOverhead(b *testing.B) {
	vendors := elsewhere(b, "vendor")
	hop := elsewhere(b, "hop", hopTo+"="+vendors)
	g := serve(b, vendors, defaultLevel)
	ways := []struct{ vendor, form, path, wanted string }{
		{"duguang", "raw", "/ocrservice/idcard", "duguang"},
		{"duguang", "multipart", "/ocrservice/idcard", "duguang"},
		{"duguang", "json", "/ocrservice/idcard", "duguang"},
		{"jumdata", "raw", "/ocr/idcard-v1", "file"},
	}
	for _, size := range []int{100_000, 500_000, 2_000_000} {
		for _, way := range ways {
			b.Run(fmt.Sprintf("%dkB/%s/%s", size/1000, way.vendor, way.form), func(b *testing.B) {
				picture := picture(size)
				sent, wanted, own := newForm(b, way.form, picture), newForm(b, way.wanted, picture), newForm(b, "duguang", picture)
				o := &overhead{
					prepare: func(n uint64) {
						number(picture, n)
						sent.fill(picture)
						wanted.fill(picture)
					},
					direct:  func() error { return ask(g.client, call{url: vendors + way.path, kind: wanted.kind}, wanted.body) },
					hop:     func() error { return ask(g.client, call{url: hop + way.path, kind: wanted.kind}, wanted.body) },
					gateway: func() error { return ask(g.client, g.recognize(way.vendor, sent.kind), sent.body) },
					encoding: func() error {
						own.fill(picture)
						_ = md5.Sum(own.body) // what the vendor asks for
						return nil
					},
				}
				o.run(b)
			})
		}
	}
}

// overhead is one comparison.
type overhead struct {
	prepare                        func(n uint64)
	direct, hop, gateway, encoding func() error
	numbered                       uint64
}

const warm = 20 // ops before it counts: connections, instances and caches are there then

func (o *overhead) run(b *testing.B) {
	for range warm {
		o.op(b)
	}
	var direct, hop, gateway, encoding, difference []float64
	for b.Loop() {
		took := o.op(b)
		direct, hop = append(direct, took[0]), append(hop, took[1]-took[0])
		gateway, difference = append(gateway, took[2]), append(difference, took[2]-took[0])
		encoding = append(encoding, took[3])
	}
	b.ReportMetric(quantile(direct, 0.5), "ms-direct")
	b.ReportMetric(quantile(gateway, 0.5), "ms-gateway")
	b.ReportMetric(quantile(difference, 0.5), "ms-difference")
	b.ReportMetric(quantile(difference, 0.95), "ms-difference-p95")
	b.ReportMetric(quantile(hop, 0.5), "ms-bare-hop")
	b.ReportMetric(quantile(encoding, 0.5), "ms-encode-and-hash")
	b.ReportMetric(quantile(difference, 0.5)-quantile(encoding, 0.5), "ms-beyond")
	b.ReportMetric(0, "ns/op") // would include all calls and their preparation
}

// op does each thing once and returns the milliseconds of each.
func (o *overhead) op(b *testing.B) (took [4]float64) {
	o.numbered++
	o.prepare(o.numbered)
	for _, i := range rand.Perm(len(took)) {
		do := []func() error{o.direct, o.hop, o.gateway, o.encoding}[i]
		began := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(began).Seconds() * 1e3
	}
	return took
}

// form is a request body in which the picture is replaced in place.
type form struct {
	kind   string
	body   []byte
	at     int // where the picture begins
	base64 bool
}

// newForm returns the body of a request: raw, multipart or json for the gateway, file or duguang for a vendor.
func newForm(tb testing.TB, name string, picture []byte) *form {
	tb.Helper()
	switch name {
	case "raw":
		return &form{kind: "image/jpeg", body: bytes.Clone(picture)}
	case "json":
		return inJSON(`{"image_base64":"`, picture)
	case "duguang":
		return inJSON(`{"img":"`, picture)
	}
	field := map[string]string{"multipart": "image", "file": "file"}[name]
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, "card.jpg")
	if err != nil {
		tb.Fatal(err)
	}
	at := b.Len()
	if _, err := part.Write(picture); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return &form{kind: w.FormDataContentType(), body: b.Bytes(), at: at}
}

func inJSON(before string, picture []byte) *form {
	body := base64.StdEncoding.AppendEncode([]byte(before), picture)
	return &form{kind: "application/json", body: append(body, `"}`...), at: len(before), base64: true}
}

// fill writes another picture of the same length into the body.
func (f *form) fill(picture []byte) {
	if f.base64 {
		base64.StdEncoding.Encode(f.body[f.at:], picture)
		return
	}
	copy(f.body[f.at:], picture)
}

// quantile returns a quantile of values, which it sorts.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[int(q*float64(len(values)-1))]
}
