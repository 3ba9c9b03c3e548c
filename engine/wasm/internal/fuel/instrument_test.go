package fuel_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

const header = "\x00asm\x01\x00\x00\x00"

func TestRefusals(t *testing.T) {
	// oneFunction is a module of one function () -> () with the given body, locals included.
	oneFunction := func(body string) []byte {
		code := "\x01" + string(rune(len(body))) + body
		return []byte(header + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x0a" + string(rune(len(code))) + code)
	}
	for _, tt := range []struct {
		name   string
		module []byte
		want   error
	}{
		{"a write to the counter-to-be", wasm(t, "refused_refill"), fuel.ErrMalformed},
		{"an export of the counter-to-be", wasm(t, "refused_peek"), fuel.ErrMalformed},
		{"an import under the counter's name", wasm(t, "refused_import"), fuel.ErrNameTaken},
		{"an export under the counter's name", wasm(t, "refused_export"), fuel.ErrNameTaken},
		{"an export under the name of a global that is put back", wasm(t, "refused_global_export"), fuel.ErrNameTaken},
		{"a module instrumented before", instrument(t, wasm(t, "prices")), fuel.ErrNameTaken},
		{"a tail call", wasm(t, "refused_tail_call"), fuel.ErrUnsupported},
		{"an atomic instruction", wasm(t, "refused_threads"), fuel.ErrUnsupported},
		{"an exception", wasm(t, "refused_exceptions"), fuel.ErrUnsupported},
		{"nothing", nil, fuel.ErrMalformed},
		{"another format", []byte("\x7fELF\x02\x01\x01\x00"), fuel.ErrMalformed},
		{"a component", []byte("\x00asm\x0d\x00\x01\x00"), fuel.ErrMalformed},
		{"more bytes than are taken", make([]byte, fuel.MaxModule+1), fuel.ErrUnsupported},
		{"an unknown section", []byte(header + "\x0e\x00"), fuel.ErrUnsupported},
		{"sections out of order", []byte(header + "\x03\x01\x00\x01\x01\x00"), fuel.ErrMalformed},
		{"a section twice", []byte(header + "\x01\x01\x00\x01\x01\x00"), fuel.ErrMalformed},
		{"a section longer than the module", []byte(header + "\x01\x7f\x00"), fuel.ErrMalformed},
		{"a list longer than its section", []byte(header + "\x01\x05\xff\xff\xff\xff\x0f"), fuel.ErrMalformed},
		{"a number over 32 bits", []byte(header + "\x01\x05\xff\xff\xff\xff\x1f"), fuel.ErrMalformed},
		{"functions without code", []byte(header + "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00"), fuel.ErrMalformed},
		{"a function of an unknown type", []byte(header + "\x03\x02\x01\x00\x0a\x04\x01\x02\x00\x0b"), fuel.ErrMalformed},
		{"a body without its end", oneFunction("\x00\x01"), fuel.ErrMalformed},
		{"code after the end", oneFunction("\x00\x0b\x01"), fuel.ErrMalformed},
		{"four billion locals", oneFunction("\x01\xff\xff\xff\xff\x0f\x7f\x0b"), fuel.ErrUnsupported},
		{"a type of more values than a call should move", []byte(header + "\x01\xee\x07\x01\x60\xe9\x07" + strings.Repeat("\x7f", 1001) + "\x00"), fuel.ErrUnsupported},
		// The specification reads v128.const and 16 bytes here, wazero i16x8.shr_s and the bytes as instructions.
		{"a vector instruction that runtimes read differently", oneFunction("\x00\xfd\x8c\x00\x03\x40\x0c\x00\x0b\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x0b"), fuel.ErrUnsupported},
		// A block type of -29 in five bytes announces a heap type to wazero.
		{"a block type that runtimes read differently", oneFunction("\x00\x02\xe3\xff\xff\xff\x3f\x70\x0b\x0b"), fuel.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := fuel.Instrument(tt.module)
			var located *fuel.Error
			if !errors.Is(err, tt.want) || !errors.As(err, &located) || out != nil {
				t.Errorf("got %v, %v; want %v", out, err, tt.want)
			}
		})
	}
}

func TestAModuleCutAnywhereIsRefusedOrStillWhole(t *testing.T) {
	for _, name := range wasmNames(t, "same_") {
		module := wasm(t, name)
		for n := range module {
			if _, err := fuel.Instrument(module[:n:n]); err != nil && !errors.Is(err, fuel.ErrMalformed) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
		}
	}
}

func TestTheModuleGivenStaysAsItIs(t *testing.T) {
	module := wasm(t, "same_bulk")
	before := slices.Clone(module)
	first, second := instrument(t, module), instrument(t, module)
	if !bytes.Equal(module, before) {
		t.Error("the module given was changed")
	}
	if !bytes.Equal(first, second) {
		t.Error("two runs gave different modules")
	}
}

func TestCustomSectionsAreKept(t *testing.T) {
	const custom = "\x00\x09\x04test" + "\x01\x02\x03\x04"
	module := append([]byte(header+custom), wasm(t, "same_control")[len(header):]...)
	module = append(module, custom...)
	out := instrument(t, module)
	if n := bytes.Count(out, []byte(custom)); n != 2 {
		t.Errorf("%d of 2 custom sections left", n)
	}
}

func TestHostileCodeDoesNotBlowUp(t *testing.T) {
	for name, unit := range map[string]string{
		"empty loops":    "\x03\x40\x0b",
		"one-byte ends":  "\x02\x40\x01\x0b\x01",
		"dead code":      "\x00",
		"empty returns":  "\x02\x40\x0f\x0b",
		"filling nought": "\x41\x00\x41\x00\x41\x00\xfc\x0b\x00",
	} {
		t.Run(name, func(t *testing.T) {
			const times = 2_000
			body := leb(nil, 0)
			for range times {
				body = append(body, unit...)
			}
			body = append(body, 0x0b)
			code := append(leb([]byte{1}, len(body)), body...)
			module := append([]byte(header), "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x05\x03\x01\x00\x01\x0a"...)
			module = append(leb(module, len(code)), code...)
			if out := instrument(t, module); len(out) > 12*len(module) {
				t.Errorf("%d bytes became %d", len(module), len(out))
			}
		})
	}
}

// leb appends n as unsigned LEB128.
func leb(b []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}
