package wasm

import (
	"io"
	"math"
	"math/rand/v2"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"
)

// stderrRoom is how much one call may print, in bytes.
const stderrRoom = 64 << 10

// world is what an instance sees of the outside through WASI: the same at every call, so that the same input gives the
// same answer. Time is fixed at 1970 and passes only while the guest sleeps, which takes no time; randomness is one
// fixed stream that begins anew with each call; there are no files, arguments, variables or input.
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

// config returns the module configuration with this world in it.
func (w *world) config() wazero.ModuleConfig {
	return wazero.NewModuleConfig().
		WithName(""). // anonymous: instances of one module live side by side
		WithStartFunctions().
		WithRandSource(w.random).
		WithWalltime(func() (int64, int32) { return 0, 0 }, sys.ClockResolution(1)).
		WithNanotime(func() int64 { return 1 + w.slept }, sys.ClockResolution(1)). // Go's runtime does not start at 0
		WithNanosleep(w.sleep).
		WithStderr(w)
}

func (w *world) sleep(ns int64) {
	if ns > 0 && w.slept < math.MaxInt64/2 {
		w.slept += min(ns, math.MaxInt64/4)
	}
}

// Write passes on what the guest prints and drops what is too much, so that printing never fails.
func (w *world) Write(p []byte) (int, error) {
	kept := p[:min(len(p), w.room)]
	w.room -= len(kept)
	if len(kept) > 0 {
		_, _ = w.stderr.Write(kept)
	}
	return len(p), nil
}
