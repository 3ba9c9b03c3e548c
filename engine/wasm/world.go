package wasm

import (
	"io"
	"math"
	"math/rand/v2"

	"github.com/tetratelabs/wazero"
)

// stderrRoom is how much one call may print, in bytes.
const stderrRoom = 64 << 10

// world is what an instance sees of the outside through WASI (wasi.go): the same at every call, so that the same input
// gives the same answer. Time is fixed at 1970 and passes only while the guest sleeps, which takes no time; randomness is
// one fixed stream that begins anew with each call; there are no files, arguments, variables or input.
type world struct {
	random *rand.ChaCha8
	slept  int64 // nanoseconds, since the instance was made
	stderr io.Writer
	room   int // bytes that the running call may still print

	memory *memory
}

func newWorld(stderr io.Writer, mem *memory) *world {
	return &world{random: rand.NewChaCha8([32]byte{}), stderr: stderr, room: stderrRoom, memory: mem}
}

// begin makes the world of a new call.
func (w *world) begin() {
	w.random.Seed([32]byte{})
	w.room = stderrRoom
	w.memory.refused = false
}

// config returns the module configuration of an instance.
func (w *world) config() wazero.ModuleConfig {
	return wazero.NewModuleConfig().
		WithName(""). // anonymous: instances of one module live side by side
		WithStartFunctions()
}

func (w *world) sleep(ns uint64) {
	if w.slept < math.MaxInt64/2 {
		w.slept += int64(min(ns, math.MaxInt64/4))
	}
}

// print passes on what the guest prints and drops what is too much.
func (w *world) print(p []byte) {
	kept := p[:min(len(p), w.room)]
	w.room -= len(kept)
	if len(kept) > 0 {
		_, _ = w.stderr.Write(kept)
	}
}
