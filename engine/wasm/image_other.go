//go:build !linux

package wasm

// file is what an image's bytes are mapped from. Here it is nothing: instances are compared with a copy.
type file struct{}

// pageMap tells which pages a guest has written to. There is none here.
type pageMap struct{}

func openPageMap() *pageMap { return nil }

func (*pageMap) close() {}

func (img *image) keep(mem []byte, _ *pageMap) error {
	img.bytes = append([]byte(nil), mem...)
	return nil
}

func (img *image) close() { img.bytes = nil }

func (*image) lay(*memory) error { return nil }

// restoreWritten is never called: no memory is mapped.
func (*image) restoreWritten([]byte, *pageMap) error { return nil }

func reserve(n uint64) ([]byte, error) { return make([]byte, n), nil }

func release([]byte) {}

func empty(b []byte) error {
	clear(b)
	return nil
}
