package compat_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

var keep = flag.Bool("keep", false, "keep guests and messages of this version of the ABI, when it is released")

// sources are the folders of what is kept: one vendor in every language. Only the one in Go has a front door.
func sources() []string {
	return []string{"plugins/jumdata", "examples/provider-c", "examples/provider-rust", "examples/provider-assemblyscript"}
}

const (
	// recorded is how many calls of each sort are kept.
	recorded = 40
	// compressAbove is the size of a module that is kept compressed.
	compressAbove = 256 << 10
)

func TestKeepThisVersion(t *testing.T) {
	if !*keep {
		t.Skip("nothing is released")
	}
	dir := filepath.Join("testdata", fmt.Sprintf("v%d.%d", abi.Major, abi.Minor))
	if _, err := os.Stat(dir); err == nil {
		t.Fatalf("%s is there: what a release has made never changes", dir)
	}
	temp := t.TempDir()
	exchanges := filepath.Join("..", "..", "..", "plugins", "jumdata", "testdata")
	files, err := filepath.Glob(filepath.Join(exchanges, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Base(file) != conform.FailuresFile {
			writeFile(t, filepath.Join(temp, exchangesDir, filepath.Base(file)), readFile(t, file))
		}
	}
	writeFile(t, filepath.Join(temp, builtFile), []byte(about(t)))
	for i, source := range sources() {
		path := plugintest.WASM(t, filepath.Join("..", "..", "..", source), t.TempDir())
		name, code := filepath.Base(path), readFile(t, path)
		if len(code) > compressAbove {
			name, code = name+".gz", deflate(t, code)
		}
		writeFile(t, filepath.Join(temp, guestsDir, name), code)
		if i == 0 {
			writeFile(t, filepath.Join(temp, callsFile), record(t, path, exchanges))
		}
	}
	writeFile(t, filepath.Join(temp, sumsFile), []byte(sums(t, temp)))
	if err := os.CopyFS(dir, os.DirFS(temp)); err != nil {
		t.Fatal(err)
	}
}

// about says what everything was built from and with: the compilers that come first in the path.
func about(t *testing.T) string {
	t.Helper()
	said := func(name string, args ...string) string {
		out, err := exec.CommandContext(t.Context(), name, args...).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		line, _, _ := strings.Cut(string(out), "\n")
		return line
	}
	var b strings.Builder
	fmt.Fprintf(&b, "ABI %d.%d.\n\n", abi.Major, abi.Minor)
	fmt.Fprintf(&b, "Each module was built by \"ocrmux plugin build --kind wasm\" from a folder of the project:\n%s.\n\n", strings.Join(sources(), ", "))
	asc := filepath.Join("..", "..", "..", "examples", "provider-assemblyscript", "node_modules", "assemblyscript", "bin", "asc.js")
	fmt.Fprintf(&b, "%s\n%s\n%s\nAssemblyScript %s\n\n", goruntime.Version(), said("clang", "--version"), said("rustc", "--version"), said("node", asc, "--version"))
	b.WriteString("The exchanges are those of plugins/jumdata; calls.jsonl holds what its module was asked and said while the conformance kit played them,\n" +
		"its failures and its front door, then one call of each host function. All cards are synthetic (SPECIMEN 样本).\n")
	return b.String()
}

func deflate(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// record holds a module to the kit and writes down what it is asked and says.
func record(t *testing.T, path, exchanges string) []byte {
	t.Helper()
	tape := &tape{taken: map[string][]call{}}
	s, err := conform.Open(t.Context(), path, conform.Options{Exchanges: exchanges, Runtime: func(kind catalog.Kind, tuning conform.Tuning) (catalog.Runtime, error) {
		r, err := conform.Runtime(kind, tuning)
		return taping{r, tape}, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range conform.Cases() {
		if c.Name != "failures" && c.Name != "front doors" {
			continue
		}
		if _, err := s.Check(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	for _, c := range slices.Concat(tape.taken["step"], tape.taken["accept"], tape.taken["reply"], tape.taken["refusal"], hostCalls()) {
		if err := lines.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// tape takes down calls, of each sort the first, and each once. A refusal is the reply to a failure.
type tape struct {
	mu    sync.Mutex
	taken map[string][]call
}

func (t *tape) take(kind, sort string, in, out abi.Message, err error) {
	if err != nil {
		return
	}
	c := call{Call: kind, In: in.AppendWire(nil), Out: out.AppendWire(nil)}
	t.mu.Lock()
	defer t.mu.Unlock()
	known := slices.ContainsFunc(t.taken[sort], func(o call) bool { return bytes.Equal(o.In, c.In) })
	if !known && len(t.taken[sort]) < recorded {
		t.taken[sort] = append(t.taken[sort], c)
	}
}

// taping is a runtime whose modules are taped.
type taping struct {
	catalog.Runtime
	tape *tape
}

func (r taping) Load(ctx context.Context, p catalog.Plugin) (catalog.Module, error) {
	m, err := r.Runtime.Load(ctx, p)
	return taped{m, r.tape}, err
}

type taped struct {
	catalog.Module
	tape *tape
}

func (m taped) Step(ctx context.Context, in *abi.StepRequest, host catalog.Host) (*abi.Action, error) {
	out, err := m.Module.Step(ctx, in, host)
	m.tape.take("step", "step", in, out, err)
	return out, err
}

func (m taped) Accept(ctx context.Context, in *abi.AcceptRequest, host catalog.Host) (*abi.Accepted, error) {
	out, err := m.Module.Accept(ctx, in, host)
	m.tape.take("accept", "accept", in, out, err)
	return out, err
}

func (m taped) Reply(ctx context.Context, in *abi.ReplyRequest, host catalog.Host) (*abi.InboundResponse, error) {
	out, err := m.Module.Reply(ctx, in, host)
	sort := "reply"
	if in.Failure != nil {
		sort = "refusal"
	}
	m.tape.take("reply", sort, in, out, err)
	return out, err
}

// hostCalls are one call of each host function, and a refusal.
func hostCalls() []call {
	limits := &abi.ImageLimits{Formats: []abi.ImageFormat{abi.ImageFormatJPG}, MaxBytes: 1 << 20, MaxSide: 4000}
	picture := &abi.PictureInfo{Handle: 3, Format: abi.ImageFormatJPG, Width: 640, Height: 404, Size: 51234}
	digest := &abi.Digest{Algorithm: abi.AlgorithmSHA256, Key: &abi.Value{Parts: []abi.Part{{Secret: "app_secret"}}}, Data: &abi.Value{Parts: []abi.Part{{Literal: []byte("20260102")}}}, Output: abi.EncodingHex}
	var out []call
	for i, c := range []struct {
		in  abi.HostCall
		out abi.HostReply
	}{
		{abi.HostCall{Sign: &abi.SignRequest{Digest: digest}}, abi.HostReply{Sign: &abi.SignReply{Value: []byte("0123456789abcdef")}}},
		{abi.HostCall{HTTPSend: &abi.HTTPRequest{Method: "POST", URL: "https://api.example.com/token"}},
			abi.HostReply{HTTPSend: &abi.Response{Status: 200, Headers: []abi.Header{{Name: "content-type", Value: "application/json"}}, Leaves: []abi.Leaf{{Path: "/expires_in", Value: "3600"}}}}},
		{abi.HostCall{ImageInspect: &abi.ImageInspectRequest{Handle: 0, Limits: limits}}, abi.HostReply{ImageInspect: &abi.ImageInspectReply{Picture: picture}}},
		{abi.HostCall{ImageFit: &abi.ImageFitRequest{Handle: 0, Limits: limits}}, abi.HostReply{ImageFit: &abi.ImageFitReply{Picture: picture}}},
		{abi.HostCall{ImageRead: &abi.ImageReadRequest{Handle: 3, Offset: 1024, Length: 16}}, abi.HostReply{ImageRead: &abi.ImageReadReply{Data: []byte("specimen")}}},
		{abi.HostCall{Log: &abi.LogRecord{Message: "asked again"}}, abi.HostReply{}},
		{abi.HostCall{ImageRead: &abi.ImageReadRequest{Handle: 9}}, abi.HostReply{Status: abi.HostStatusDenied, Message: "the manifest does not ask for image_read"}},
	} {
		c.in.ID, c.in.Call, c.out.ID = uint64(i+1), 7, uint64(i+1)
		out = append(out, call{Call: "host", In: c.in.AppendWire(nil), Out: c.out.AppendWire(nil)})
	}
	return out
}
