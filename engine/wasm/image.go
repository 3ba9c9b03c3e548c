package wasm

import (
	"bytes"
	"errors"

	"github.com/tetratelabs/wazero/api"
)

// image is the pristine state of the instances of a module: what the first one held when it was ready for a call. It does
// not change and serves many instances at once.
type image struct {
	bytes   []byte   // of the memory
	globals []uint64 // in the order of instance.globals
	slept   int64
	file    file // holds the bytes too, for memories to be mapped from
}

// takeImage keeps what an instance holds.
func takeImage(in *instance, pages *pageMap) (*image, error) {
	img := &image{slept: in.world.slept}
	for _, g := range in.globals {
		img.globals = append(img.globals, g.Get())
	}
	err := img.keep(in.world.memory.bytes, pages)
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
	if len(mem.bytes) != len(img.bytes) {
		// wazero takes the size of its memory from what Reallocate returns, whatever it asked for. It does not ask when the
		// memory has all the pages that its module allows.
		mem.shrunk = uint64(len(img.bytes))
		_, ok := in.mod.Memory().Grow(1)
		mem.shrunk = 0
		if !ok || len(mem.bytes) != len(img.bytes) || int(in.mod.Memory().Size()) != len(img.bytes) {
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
	now := mem.bytes[:len(img.bytes)]
	if err := empty(mem.bytes[len(now):]); err != nil {
		return err
	}
	if mem.mapped {
		return img.restoreWritten(now, pages)
	}
	const part = 4 << 10 // memories are a multiple of it
	for at := 0; at < len(now); at += part {
		if now, want := now[at:at+part], img.bytes[at:at+part]; !bytes.Equal(now, want) {
			copy(now, want)
		}
	}
	return nil
}

// adopt makes a new instance, of which nothing has been called, one of the image.
func (img *image) adopt(in *instance, pages *pageMap) error {
	mem := in.world.memory
	if missing := len(img.bytes) - len(mem.bytes); missing > 0 {
		if _, ok := in.mod.Memory().Grow(uint32(missing / pageSize)); !ok {
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
