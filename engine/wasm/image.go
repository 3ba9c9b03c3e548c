package wasm

import (
	"bytes"
	"errors"

	"github.com/tetratelabs/wazero/api"
)

// image is the pristine state of the instances of a module: what the first one held when it was ready for a call. It does
// not change and serves many instances at once.
type image struct {
	size    uint64   // of the memory, in bytes
	bytes   []byte   // what it held, in whole pages and without the empty ones at its end
	globals []uint64 // in the order of instance.globals
	slept   int64
	file    file // holds bytes too, for memories to be mapped from
}

// comparedBytes is how much of a memory is compared at once where nobody knows what a guest has written.
const comparedBytes = 4 << 10

var zeros [comparedBytes]byte

// takeImage keeps what an instance holds.
func takeImage(in *instance, pages *pageMap) (*image, error) {
	mem := in.world.memory.bytes
	used := len(mem) // memories are a multiple of 64 KiB, and so of every page
	for used > 0 && bytes.Equal(mem[used-comparedBytes:used], zeros[:]) {
		used -= comparedBytes
	}
	used = min((used+pageSize-1)/pageSize*pageSize, len(mem))
	img := &image{size: uint64(len(mem)), slept: in.world.slept}
	for _, g := range in.globals {
		img.globals = append(img.globals, g.Get())
	}
	err := img.keep(mem[:used], pages)
	return img, err
}

// errNotPutBack says why an instance is replaced rather than put back.
var errNotPutBack = errors.New("the memory cannot be made smaller")

// putBack makes an instance what it was when the image was taken. After an error it must not be used again.
func (img *image) putBack(in *instance, pages *pageMap) error {
	mem := in.world.memory
	if err := img.restore(mem, pages); err != nil {
		return err
	}
	if uint64(len(mem.bytes)) != img.size {
		// wazero takes the size of its memory from what Reallocate returns, whatever it asked for. It does not ask when the
		// memory has all the pages that its module allows.
		mem.shrunk = img.size
		_, ok := in.mod.Memory().Grow(1)
		mem.shrunk = 0
		if !ok || uint64(in.mod.Memory().Size()) != img.size {
			return errNotPutBack
		}
	}
	for i, g := range in.globals {
		g.Set(img.globals[i])
	}
	in.world.slept = img.slept
	clear(in.pending)
	in.pending = in.pending[:0]
	return nil
}

// restore puts the bytes of a memory back, those too by which it has grown.
func (img *image) restore(mem *memory, pages *pageMap) error {
	if err := empty(mem.bytes[img.size:]); err != nil {
		return err
	}
	if mem.mapped {
		return img.restoreWritten(mem.bytes[:img.size], pages)
	}
	img.restoreDifferent(mem.bytes[:img.size])
	return nil
}

// restoreDifferent looks at all of a memory and writes to what differs.
func (img *image) restoreDifferent(mem []byte) {
	for at := 0; at < len(mem); at += comparedBytes {
		want := zeros[:]
		if at < len(img.bytes) {
			want = img.bytes[at : at+comparedBytes]
		}
		if now := mem[at : at+comparedBytes]; !bytes.Equal(now, want) {
			copy(now, want)
		}
	}
}

// restorePart writes the image over a part of a memory.
func (img *image) restorePart(mem []byte, from, to int) {
	n := copy(mem[from:to], img.bytes[min(from, len(img.bytes)):])
	clear(mem[from+n : to])
}

// adopt makes a new instance, of which nothing has been called, one of the image.
func (img *image) adopt(in *instance, pages *pageMap) error {
	mem := in.world.memory
	if uint64(len(mem.bytes)) < img.size {
		delta := (img.size - uint64(len(mem.bytes))) / pageSize
		if _, ok := in.mod.Memory().Grow(uint32(delta)); !ok {
			return errNotPutBack
		}
	}
	if err := img.lay(mem); err != nil {
		return err
	}
	return img.putBack(in, pages)
}

// mutableGlobals are those that the host can put back.
func mutableGlobals(mod api.Module, names []string) []api.MutableGlobal {
	globals := make([]api.MutableGlobal, len(names))
	for i, name := range names {
		globals[i] = mod.ExportedGlobal(name).(api.MutableGlobal)
	}
	return globals
}
