package bench

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/engine/wasm/testdata/benchguest/provider"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/sdk"
)

// BenchmarkStep makes the two steps of a recognition with one provider in four ways, turn by turn: in a WebAssembly module,
// over go-plugin's gRPC connection, natively with both messages encoded and decoded, and as a plain Go call. An op is one
// Start and one Response in each way.
func BenchmarkStep(b *testing.B) {
	start, response := steps()
	w, err := wasm.New(wasm.Config{Instances: 1})
	if err != nil {
		b.Fatal(err)
	}
	guest := load(b, w, "GOOS=wasip1", "GOARCH=wasm")
	child := load(b, process.New(process.Config{}))
	ways := []struct {
		name string
		step func(*abi.StepRequest) (*abi.Action, error)
	}{
		{"wasm", func(in *abi.StepRequest) (*abi.Action, error) { return guest.Step(b.Context(), in, nil) }},
		{"grpc", func(in *abi.StepRequest) (*abi.Action, error) { return child.Step(b.Context(), in, nil) }},
		{"encoded", encoded},
		{"native", func(in *abi.StepRequest) (*abi.Action, error) { return sdk.Step(provider.Provider{}, in, nil), nil }},
	}
	want := [][]byte{sdk.Step(provider.Provider{}, start, nil).AppendWire(nil), sdk.Step(provider.Provider{}, response, nil).AppendWire(nil)}
	for _, way := range ways { // all of them do the same
		for i, in := range []*abi.StepRequest{start, response} {
			got, err := way.step(in)
			if err != nil || !bytes.Equal(got.AppendWire(nil), want[i]) {
				b.Fatalf("%s differs: %v", way.name, err)
			}
		}
	}
	const turn = 50 // steps of one way before the next has its turn
	took := make(map[string]time.Duration)
	rounds := 0
	for b.Loop() {
		rounds++
		for _, way := range ways {
			began := time.Now()
			for range turn {
				for _, in := range []*abi.StepRequest{start, response} {
					if _, err := way.step(in); err != nil {
						b.Fatal(err)
					}
				}
			}
			took[way.name] += time.Since(began)
		}
	}
	for name, d := range took {
		b.ReportMetric(d.Seconds()*1e6/float64(rounds*turn*2), "µs-"+name)
	}
	b.ReportMetric(float64(took["wasm"])/float64(took["grpc"]), "wasm/grpc")
	b.ReportMetric(float64(took["wasm"])/float64(took["encoded"]), "wasm/encoded")
	b.ReportMetric(float64(took["wasm"])/float64(took["native"]), "wasm/native")
	b.ReportMetric(float64(len(start.AppendWire(nil))+len(response.AppendWire(nil)))/2, "bytes-in")
	b.ReportMetric(float64(len(want[0])+len(want[1]))/2, "bytes-out")
}

// encoded is the native call with what every boundary costs: both messages written and read.
func encoded(in *abi.StepRequest) (*abi.Action, error) {
	var got abi.StepRequest
	if err := got.UnmarshalWire(in.AppendWire(nil)); err != nil {
		return nil, err
	}
	out := new(abi.Action)
	return out, out.UnmarshalWire(sdk.Step(provider.Provider{}, &got, nil).AppendWire(nil))
}

// load builds the benchmark's provider for a runtime and loads it.
func load(b *testing.B, r catalog.Runtime, env ...string) catalog.Module {
	b.Helper()
	file := filepath.Join(b.TempDir(), "guest")
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-o", file}
	if len(env) > 0 {
		args = append(args, "-buildmode=c-shared")
	}
	cmd := exec.Command("go", append(args, "../../wasm/testdata/benchguest")...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	m, err := r.Load(b.Context(), catalog.Plugin{Kind: r.Kind(), Path: file, Code: code, Manifest: &abi.Descriptor{Name: "benchguest", ABI: &abi.ABIRange{Major: abi.Major}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx := context.Background()
		if err := m.Close(ctx); err != nil {
			b.Error(err)
		}
		if err := r.Close(ctx); err != nil {
			b.Error(err)
		}
	})
	return m
}

// steps are the two messages a provider gets for one card.
func steps() (start, response *abi.StepRequest) {
	ctx := &abi.Context{
		NowUnixMs: 1763758231000, Nonce: "0123456789abcdef0123456789abcdef", Secrets: []string{"app_id", "app_secret"},
		Config: []abi.Leaf{{Path: "/endpoint", Value: "https://ocr.example.com"}, {Path: "/upload", Value: "file"}},
	}
	start = &abi.StepRequest{Context: ctx, Start: &abi.Start{
		Document: abi.DocumentIDCard, Side: abi.SideFront, Extras: []string{"portrait"},
		Picture: &abi.PictureInfo{Format: abi.ImageFormatJPG, Width: 1011, Height: 638, Orientation: 1, Size: 123456},
	}}
	r := &abi.Response{Status: 200, Format: abi.BodyFormatJSON, BodySize: 700, State: []byte("first"), Headers: []abi.Header{{Name: "content-type", Value: "application/json"}}}
	for path, text := range map[string]string{
		"/code": "200", "/taskNo": "65605503936940344488", "/data/info/name": "样本张三", "/data/info/sex": "男", "/data/info/nation": "汉",
		"/data/info/birthday": "1990-03-07", "/data/info/address": "北京市东城区样本胡同1号", "/data/info/number": "11010119900307803X",
		"/data/validity/name": "true", "/data/validity/number": "true", "/data/validity/address": "false", "/data/confidence/name": "0.98",
	} {
		r.Leaves = append(r.Leaves, abi.Leaf{Path: path, Value: text})
	}
	return start, &abi.StepRequest{Context: ctx, Response: r}
}
