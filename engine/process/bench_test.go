package process

import (
	"context"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// BenchmarkStep is one step through a subprocess with messages of the usual size: an answer's leaves in, a card out.
func BenchmarkStep(b *testing.B) {
	m := load(b, Config{})
	in := &abi.StepRequest{
		Context: &abi.Context{NowUnixMs: 1767323045000, Nonce: strings.Repeat("0", 32)},
		Response: &abi.Response{Status: 200, Headers: []abi.Header{{Name: "content-type", Value: "application/json; charset=utf-8"}}, Format: abi.BodyFormatJSON, BodySize: 600, Leaves: []abi.Leaf{
			{Path: "/id", Value: "specimen-0001"},
			{Path: "/data/info/name", Value: "样本"},
			{Path: "/data/info/sex", Value: "女"},
			{Path: "/data/info/nation", Value: "汉"},
			{Path: "/data/info/birthDate", Value: "19900101"},
			{Path: "/data/info/number", Value: "SPECIMEN 样本"},
			{Path: "/data/info/address", Value: strings.Repeat("样本", 14)},
			{Path: "/data/info/issueAuthority", Value: "样本公安局"},
			{Path: "/data/info/validity", Value: "20200101-20400101"},
		}},
	}
	out, err := m.Step(b.Context(), in, noHost{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Step(b.Context(), in, noHost{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(in.AppendWire(nil))), "B-in")
	b.ReportMetric(float64(len(out.AppendWire(nil))), "B-out")
}

// BenchmarkLoad is a start to the first answer and a graceful end: confined, not confined, and confined with mutual TLS.
func BenchmarkLoad(b *testing.B) {
	for name, cfg := range map[string]Config{"confined": {}, "unconfined": {Confinement: ConfineOff}, "mtls": {AutoMTLS: true}} {
		b.Run(name, func(b *testing.B) {
			r := New(cfg)
			defer func() { _ = r.Close(context.Background()) }()
			p := pluginOf(b, "actor", "actor")
			for b.Loop() {
				m, err := r.Load(b.Context(), p)
				if err != nil {
					b.Fatal(err)
				}
				if err := m.Close(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
