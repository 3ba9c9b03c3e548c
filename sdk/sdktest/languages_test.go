//go:build !race

// The guests have one thread, and the tests of the host cover its races. Under the race detector these tests would only
// take four times as long.

package sdktest_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

const jumdata = "../../plugins/jumdata"

// buildExample builds the module of a folder of examples/, . It skips the test if the compiler is not installed.
func buildExample(t *testing.T, folder string) string {
	t.Helper()
	return plugintest.WASM(t, filepath.Join("../../examples", folder), t.TempDir())
}

func TestProvidersInOtherLanguages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds providers in four languages; the conformance kit's own tests cover the cases")
	}
	reference := plugintest.WASM(t, jumdata, t.TempDir())
	runtime, err := wasm.New(wasm.Config{Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = runtime.Close(context.Background()) }()
	inGo := loadModule(t, runtime, reference)
	// Each is the client side of plugins/jumdata.
	for _, folder := range []string{"provider-c", "provider-rust", "provider-assemblyscript"} {
		t.Run(folder, func(t *testing.T) {
			path := buildExample(t, folder)
			t.Run("conformance", func(t *testing.T) { sdktest.ConformanceFile(t, path, jumdata) })
			t.Run("same actions as the provider in Go", func(t *testing.T) {
				other := loadModule(t, runtime, path)
				for name, in := range stepsOfJumdata(t) {
					want, got := step(t, inGo, in), step(t, other, in)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s (-go +%s):\n%s", name, folder, diff)
					}
				}
			})
		})
	}
}

func TestExampleOfTheABIDocument(t *testing.T) {
	t.Parallel()
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

// stepsOfJumdata returns steps of every kind, beyond those of the golden exchanges.
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
		`"info": {`:             {`"other": {`},
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
