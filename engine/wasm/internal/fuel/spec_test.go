package fuel_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// specCommand is a line of a test of the WebAssembly specification, as wast2json writes it.
type specCommand struct {
	Line       int
	Type       string
	Filename   string
	ModuleType string `json:"module_type"`
	Name, As   string
	Action     struct {
		Type, Module, Field string
		Args                []specValue
	}
	Expected []specValue
}

type specValue struct {
	Type     string
	LaneType string          `json:"lane_type"`
	Value    json.RawMessage // a text, or a list of texts for a vector
}

// bits returns the words that wazero takes a value as, or whether it is only known to be a NaN.
func (v specValue) bits() (words []uint64, nan bool) {
	if v.Type == "v128" {
		var lanes []string
		_ = json.Unmarshal(v.Value, &lanes)
		words = make([]uint64, 2)
		size := 128 / max(len(lanes), 1)
		for i, lane := range lanes {
			if strings.HasPrefix(lane, "nan") {
				return nil, true
			}
			words[i*size/64] |= decimal(lane) << (i * size % 64)
		}
		return words, false
	}
	var s string
	_ = json.Unmarshal(v.Value, &s)
	switch {
	case strings.HasPrefix(s, "nan"):
		return nil, true
	case s == "null":
		return []uint64{0}, false
	case v.Type == "externref":
		return []uint64{decimal(s) + 1}, false // 0 is null
	}
	return []uint64{decimal(s)}, false
}

func decimal(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		m, _ := strconv.ParseInt(s, 10, 64)
		return uint64(m)
	}
	return n
}

// specWorld runs the modules of one file, metered or not.
type specWorld struct {
	metered bool
	ctx     context.Context
	runtime wazero.Runtime
	named   map[string]api.Module
	current api.Module
}

func newSpecWorld(t *testing.T, host []byte, metered bool) *specWorld {
	t.Helper()
	tank := new(fuel.Tank)
	tank.Fill(1 << 60)
	ctx := tank.With(context.Background())
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithCoreFeatures(api.CoreFeaturesV2))
	t.Cleanup(func() { _ = runtime.Close(ctx) })
	if err := fuel.Instantiate(ctx, runtime); err != nil {
		t.Fatal(err)
	}
	if _, err := runtime.InstantiateWithConfig(ctx, host, wazero.NewModuleConfig().WithName("spectest")); err != nil {
		t.Fatal(err)
	}
	return &specWorld{metered: metered, ctx: ctx, runtime: runtime, named: map[string]api.Module{}}
}

func (w *specWorld) start(module []byte, as string) (m api.Module, stage string) {
	if w.metered {
		out, err := fuel.Instrument(module)
		if err != nil {
			return nil, "refused"
		}
		module = out.Code
	}
	compiled, err := w.runtime.CompileModule(w.ctx, module)
	if err != nil {
		return nil, "refused"
	}
	if m, err = w.runtime.InstantiateModule(w.ctx, compiled, wazero.NewModuleConfig().WithName(as).WithStartFunctions()); err != nil {
		return nil, "not linked"
	}
	return m, "started"
}

func (w *specWorld) act(c specCommand) (results []uint64, failure string) {
	m := w.current
	if c.Action.Module != "" {
		m = w.named[c.Action.Module]
	}
	if m == nil {
		return nil, "no module"
	}
	if c.Action.Type == "get" {
		return []uint64{m.ExportedGlobal(c.Action.Field).Get()}, ""
	}
	var args []uint64
	for _, a := range c.Action.Args {
		words, _ := a.bits()
		args = append(args, words...)
	}
	results, err := m.ExportedFunction(c.Action.Field).Call(w.ctx, args...)
	if err != nil {
		failure, _, _ = strings.Cut(err.Error(), "\n")
	}
	return results, failure
}

// The tests of the specification that wazero's module carries, each in a metered and a plain world. Both must refuse, trap
// and answer alike, and as the specification says.
func TestTheSpecificationHoldsForMeteredModules(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero")
	dir, err := list.Output()
	folder := filepath.Join(strings.TrimSpace(string(dir)), "internal", "integration_test", "spectest")
	files, _ := filepath.Glob(filepath.Join(folder, "v2", "testdata", "*.json"))
	if err != nil || len(files) == 0 {
		testenv.Missing(t, "the source of wazero in the module cache: %v", err)
	}
	host, err := os.ReadFile(filepath.Join(folder, "testdata", "spectest.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { specFile(t, file, host, ran) })
	}
	t.Logf("ran %v", ran)
	if ran["assert_return"] < 45_000 || ran["assert_trap"] < 2_000 || ran["module"] < 1_500 {
		t.Errorf("only these ran: %v", ran)
	}
}

func specFile(t *testing.T, file string, host []byte, ran map[string]int) {
	var script struct{ Commands []specCommand }
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &script)
	}
	if err != nil {
		t.Fatal(err)
	}
	worlds := []*specWorld{newSpecWorld(t, host, false), newSpecWorld(t, host, true)}
	for i, c := range script.Commands {
		switch c.Type {
		case "module", "assert_invalid", "assert_malformed", "assert_unlinkable", "assert_uninstantiable":
			if c.ModuleType == "text" {
				continue
			}
			module, err := os.ReadFile(filepath.Join(filepath.Dir(file), c.Filename))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fuel.Instrument(module); c.Type == "module" && errors.Is(err, fuel.ErrUnsupported) {
				ran["no longer allowed"]++
				t.Logf("line %d: %v", c.Line, err)
				worlds[0].current, worlds[1].current = nil, nil
				continue
			}
			var stages [2]string
			for j, w := range worlds {
				m, stage := w.start(module, registeredAs(script.Commands[i+1:], c.Name))
				stages[j] = stage
				if c.Type == "module" {
					w.current = m
					w.named[c.Name] = m
				}
			}
			if stages[0] != stages[1] {
				t.Errorf("line %d, %s: plain %s, metered %s", c.Line, c.Type, stages[0], stages[1])
			}
			ran[c.Type]++
		case "assert_return", "assert_trap", "assert_exhaustion", "action":
			if (worlds[0].current == nil) != (worlds[1].current == nil) {
				t.Fatalf("line %d: only one world has its module", c.Line)
			}
			want, wantFailure := worlds[0].act(c)
			got, failure := worlds[1].act(c)
			if diff := cmp.Diff(want, got); diff != "" || wantFailure != failure {
				t.Errorf("line %d, %s: plain %v %s, metered %v %s", c.Line, c.Action.Field, want, wantFailure, got, failure)
			}
			if failure == "no module" {
				continue
			}
			if (c.Type == "assert_trap" || c.Type == "assert_exhaustion") != (failure != "") {
				t.Errorf("line %d, %s: %s ended with %q", c.Line, c.Action.Field, c.Type, failure)
			}
			if c.Type == "assert_return" {
				wantSpecified(t, c, got)
			}
			ran[c.Type]++
		}
	}
}

// wantSpecified compares results with those of the specification, but for the bits of a NaN.
func wantSpecified(t *testing.T, c specCommand, got []uint64) {
	t.Helper()
	for _, v := range c.Expected {
		words, nan := v.bits()
		size := 1
		if v.Type == "v128" {
			size = 2
		}
		if len(got) < size {
			t.Errorf("line %d, %s: too few results", c.Line, c.Action.Field)
			return
		}
		for j, word := range words {
			if v.Type == "i32" || v.Type == "f32" {
				got[j] = uint64(uint32(got[j])) // wazero leaves what it likes in the other half
			}
			if word != got[j] && !nan && v.Type != "funcref" {
				t.Errorf("line %d, %s: got %#x, want %#x", c.Line, c.Action.Field, got[j], word)
			}
		}
		got = got[size:]
	}
}

// registeredAs looks ahead for the name under which a module can be imported.
func registeredAs(commands []specCommand, name string) string {
	for _, c := range commands {
		switch {
		case c.Type == "register" && (c.Name == name || c.Name == ""):
			return c.As
		case c.Type == "module" && name == "":
			return ""
		}
	}
	return ""
}
