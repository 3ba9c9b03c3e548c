//go:build !race

// The guests have one thread, and the host around them is raced in its own tests: here it would take four times as long for
// nothing.

package sdktest_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/abi/manifest"
	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/sdk/build"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

const jumdata = "../../plugins/jumdata"

// language is a folder of examples/ that holds the client side of plugins/jumdata.
type language struct {
	folder, module string
	// compiler gives make's setting for the compiler, and the error that says what is missing.
	compiler func() (setting string, err error)
}

func languages() []language {
	return []language{
		{"provider-c", "jumdata-c.wasm", clang},
		{"provider-rust", "jumdata-rust.wasm", rustc},
		{"provider-assemblyscript", "jumdata-assemblyscript.wasm", asc},
	}
}

func clang() (string, error) {
	if _, err := exec.LookPath("wasm-ld"); err != nil {
		return "", err
	}
	path, err := exec.LookPath("clang")
	return "CC=" + path, err
}

// rustc looks for a compiler that has the library for WebAssembly. Of two compilers the first in the path may lack it.
func rustc() (string, error) {
	err := errors.New("no rustc in the path")
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, "rustc")
		if _, e := exec.LookPath(path); e != nil {
			continue
		}
		library, e := exec.Command(path, "--print", "target-libdir", "--target", "wasm32-unknown-unknown").Output()
		if e == nil {
			_, e = os.Stat(strings.TrimSpace(string(library)))
		}
		if e == nil {
			return "RUSTC=" + path, nil
		}
		err = fmt.Errorf("%s has no library for wasm32-unknown-unknown: %w", path, e)
	}
	return "", err
}

// asc wants the compiler that the example pins: nothing is fetched while tests run.
func asc() (string, error) {
	if _, err := os.Stat("../../examples/provider-assemblyscript/node_modules/assemblyscript"); err != nil {
		return "", errors.New("its compiler is missing: run npm ci there")
	}
	_, err := exec.LookPath("node")
	return "", err
}

// build makes the module, or skips the test where the language is not installed.
func (l language) build(t *testing.T) string {
	t.Helper()
	setting, err := l.compiler()
	if err == nil {
		_, err = exec.LookPath("make")
	}
	if err != nil {
		t.Skipf("NOT TESTED: examples/%s cannot be built here: %v", l.folder, err)
	}
	out := t.TempDir()
	args := []string{"-C", filepath.Join("../../examples", l.folder), "OUT=" + out}
	if setting != "" {
		args = append(args, setting)
	}
	if printed, err := exec.CommandContext(t.Context(), "make", args...).CombinedOutput(); err != nil {
		t.Fatalf("make in examples/%s: %v\n%s", l.folder, err, printed)
	}
	return filepath.Join(out, l.module)
}

func TestProvidersInOtherLanguages(t *testing.T) {
	reference, err := build.WASM(t.Context(), jumdata, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	runtime, err := wasm.New(wasm.Config{Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = runtime.Close(context.Background()) }()
	goes := loadModule(t, runtime, reference)
	for _, l := range languages() {
		t.Run(l.folder, func(t *testing.T) {
			path := l.build(t)
			t.Run("pass the golden exchanges of the one in Go", func(t *testing.T) {
				sdktest.GoldenModule(t, jumdata, path)
			})
			t.Run("say the same as the one in Go to whatever the vendor answers", func(t *testing.T) {
				other := loadModule(t, runtime, path)
				for name, in := range stepsOfJumdata(t) {
					want, got := step(t, goes, in), step(t, other, in)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s (-go +%s):\n%s", name, l.folder, diff)
					}
				}
			})
			t.Run("need no more memory after many steps than after one", func(t *testing.T) { flat(t, path) })
		})
	}
}

// flat makes 10,000 steps in an instance that would soon outgrow its memory if a step kept any of it.
func flat(t *testing.T, path string) {
	runtime, err := wasm.New(wasm.Config{Instances: 1, MemoryPages: 24})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = runtime.Close(context.Background()) }()
	m := loadModule(t, runtime, path)
	in := &abi.StepRequest{Response: sdktest.Answer(t, 200, nil, jumdataCard).Response}
	for range 10_000 {
		step(t, m, in)
	}
	if s := m.Status(); s.Replaced > 0 {
		t.Errorf("the instance was replaced %d times, its memory grew", s.Replaced)
	}
}

func TestTheExampleInTheABISpecificationIsWhatItSays(t *testing.T) {
	text, err := os.ReadFile("../../docs/abi.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "and rotation 0:\n\n```\n")
	example, _, ends := strings.Cut(example, "```")
	if !found || !ends {
		t.Fatal("the example has moved")
	}
	var wire []byte
	for line := range strings.Lines(example) {
		digits, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		wire = append(wire, b...)
	}
	got, upright := new(abi.Action), 0.0
	if err := got.UnmarshalWire(wire); err != nil {
		t.Fatal(err)
	}
	want := &abi.Action{Done: &abi.Done{Side: abi.SideFront, Fields: []abi.Field{{Name: "name", Text: "A"}}, Rotation: &upright}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func loadModule(t *testing.T, runtime *wasm.Runtime, path string) catalog.Module {
	t.Helper()
	code, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := manifest.Extract(code)
	if err != nil {
		t.Fatal(err)
	}
	d, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := runtime.Load(t.Context(), catalog.Plugin{Kind: catalog.WASM, Path: path, Code: code, Manifest: d})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

func step(t *testing.T, m catalog.Module, in *abi.StepRequest) *abi.Action {
	t.Helper()
	out, err := m.Step(t.Context(), in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// jumdataCard is the vendor's answer for a synthetic card (SPECIMEN 样本).
const jumdataCard = `{"code": 200, "msg": "成功", "taskNo": "41714416021554861", "charge": true, "data": {"result": 0, "side": "front",
	"info": {"number": "11010119900307803X", "name": "样本张三", "address": "北京市东城区样本胡同1号", "year": "1990", "month": "3", "day": "7", "nation": "汉", "sex": "男"},
	"validity": {"birthday": true, "number": true, "address": true, "sex": true, "name": true}}}`

// stepsOfJumdata are steps of every kind that the golden exchanges have no room for.
func stepsOfJumdata(t *testing.T) map[string]*abi.StepRequest {
	steps := map[string]*abi.StepRequest{
		"neither a start nor a response": {},
		"a start without anything":       {Start: &abi.Start{}},
	}
	for _, endpoint := range []string{"", "http://127.0.0.1:1///", "https://gateway.example.com/" + strings.Repeat("path/", 200)} {
		for _, upload := range []string{"", "file", "base64"} {
			for _, p := range []abi.PictureInfo{{Format: abi.ImageFormatJPG}, {Format: abi.ImageFormatPNG}, {URL: "https://example.com/样本?" + strings.Repeat("x", 70_000)}} {
				c := &abi.Context{NowUnixMs: 1555378976238, Nonce: strings.Repeat("0", 32)}
				c.Config = []abi.Leaf{{Path: "/endpoint", Value: endpoint}, {Path: "/upload", Value: upload}}
				name := fmt.Sprintf("start: %.40s, %s, %v, address of %d bytes", endpoint, upload, p.Format, len(p.URL))
				steps[name] = &abi.StepRequest{Context: c, Start: &abi.Start{Document: abi.DocumentIDCard, Picture: &p}}
			}
		}
	}
	answer := func(status int, header http.Header, body string) {
		name := fmt.Sprintf("response %d: %d %v %.90s", len(steps), status, header, body)
		steps[name] = &abi.StepRequest{Response: sdktest.Answer(t, status, header, body).Response}
	}
	codes := []string{"200", "301", "400", "404", "500", "601", "602", "603", "604", "605", "606", "607", "609", "610", "999", "1", "0", `"400"`, `""`, "null"}
	for _, code := range codes {
		for _, rest := range []string{"", `, "charge": true`, `, "charge": false`, `, "charge": "1", "msg": "照片格式不正确", "taskNo": "7"`, `, "data": {"result": 1}`} {
			answer(200, nil, `{"code": `+code+rest+`}`)
		}
	}
	for _, status := range []int{200, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503, 504} {
		for _, wait := range []string{"", "30", "0", "4294967", "4294968", "99999999999999999999", "+5", "-5", "soon"} {
			answer(status, http.Header{"Content-Type": {"text/html"}, "Retry-After": {wait}}, "<html></html>")
		}
		answer(status, nil, "")
		answer(status, http.Header{"Content-Type": {"application/xml"}}, "<r><c>1</c></r>")
	}
	for old, changes := range map[string][]string{
		`"side": "front"`:       {`"side": "back"`, `"side": "inside"`, `"rotate": ""`, `"rotate": "cw90"`, `"rotate": "cw180"`, `"rotate": "cw270"`, `"rotate": "ccw90"`},
		`"day": "7"`:            {`"day": ""`, `"day": null`},
		`"year": "1990"`:        {`"year": ""`},
		`"number": "1101`:       {`"timelimit": "20190806-长期", "authority": "样本市公安局", "number": "1101`},
		`"name": true`:          {`"name": false`, `"name": "false"`, `"name": 0`, `"timelimit": false`},
		`"birthday": true`:      {`"birthday": false`},
		`"name": "样本张三"`:        {`"name": "` + strings.Repeat("样", 1000) + `"`, `"name": "` + strings.Repeat("样", 2000) + `"`},
		`"result": 0`:           {`"result": "1"`},
		`"charge": true`:        {`"charge": 0`, `"charge": null`},
		`{"code": 200`:          {`[{"code": 200`},
		"\"41714416021554861\"": {"41714416021554861"},
	} {
		for _, change := range changes {
			answer(200, nil, strings.Replace(jumdataCard, old, change, 1))
		}
	}
	return steps
}
