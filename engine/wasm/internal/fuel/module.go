package fuel

import (
	"bytes"
	"math"
)

// MaxModule is the size in bytes up to which a module is taken.
const MaxModule = 32 << 20

// header is the magic number and version of a module.
const header = "\x00asm\x01\x00\x00\x00"

// Section ids.
const (
	secCustom    = 0
	secType      = 1
	secImport    = 2
	secFunction  = 3
	secTable     = 4
	secMemory    = 5
	secGlobal    = 6
	secExport    = 7
	secStart     = 8
	secElement   = 9
	secCode      = 10
	secData      = 11
	secDataCount = 12
)

// Module is a module with a fuel counter in it.
type Module struct {
	// Code is the module's bytes, for the runtime to compile.
	Code []byte
	// Making is the fuel that making an instance costs, besides what its start function uses: for its memory, tables,
	// globals and segments. The host takes it before it makes one, see [Tank.Pay].
	Making int64
	// State is what the module's code can change.
	State State
}

// Instrument writes a fuel counter into a WebAssembly module, as the package describes. The module given is not changed,
// and the answer is the same for the same module. It may be called concurrently.
//
// An error is an [*Error] wrapping [ErrMalformed], [ErrUnsupported] or [ErrNameTaken]. Only what the counter depends on
// is checked: the runtime must still validate the result when it compiles it.
func Instrument(module []byte) (*Module, error) {
	r := reader{module: module, end: len(module)}
	switch {
	case len(module) > MaxModule:
		r.fail(0, ErrUnsupported, "%d bytes, at most %d are taken", len(module), MaxModule)
	case !bytes.HasPrefix(module, []byte(header)):
		r.fail(0, ErrMalformed, "no WebAssembly 1 header")
	default:
		r.skip(uint32(len(header)))
	}

	w := rewriter{out: make([]byte, 0, len(module)+len(module)/2+256), making: priceOfInstance}
	w.out = append(w.out, header...)
	last := 0
	for r.more() {
		at := r.pos
		id := r.byte()
		sec := r.part(r.u32())
		if r.err == nil && id != secCustom {
			place := order(id)
			if place == 0 {
				r.fail(at, ErrUnsupported, "section %d", id)
			} else if place <= last {
				r.fail(at, ErrMalformed, "section %d out of order", id)
			}
			last = place
			w.addMissing(place)
		}
		if r.err == nil {
			r.err = w.section(id, module[at:sec.end], sec)
		}
		if r.err != nil {
			return nil, r.err
		}
	}
	if r.err == nil && w.bodies > 0 {
		r.fail(r.end, ErrMalformed, "%d functions without a body", w.bodies)
	}
	if r.err != nil {
		return nil, r.err
	}
	w.addMissing(math.MaxInt)
	return &Module{Code: w.out, Making: int64(min(w.making, math.MaxInt64)), State: w.state}, nil
}

// order returns the place of a section in a module, 0 if there is none for it.
func order(id byte) int {
	switch {
	case id >= secType && id <= secElement:
		return int(id)
	case id == secDataCount:
		return secElement + 1
	case id == secCode, id == secData:
		return int(id) + 1
	}
	return 0
}
