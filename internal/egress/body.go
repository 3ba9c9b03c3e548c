package egress

import (
	"errors"
	"io"
	"sync"
)

var (
	errBodyShort  = errors.New("egress: request body ended before its stated length")
	errBodyLong   = errors.New("egress: request body goes on after its stated length")
	errBodySealed = errors.New("egress: request body read after the call")
)

// requestBody checks that the caller's body has its stated length, and lets nobody read it after the call: the writer of an
// HTTP/2 stream can outlive the answer.
type requestBody struct {
	mu     sync.Mutex
	open   func() (io.ReadCloser, error)
	src    io.ReadCloser // nil until the first Read
	sealed bool
	left   int64
	srcErr error // why the source failed, other than io.EOF at the stated length
}

// Read returns the last bytes only after the source has ended, so that a body longer than its stated length is never sent as
// if it were complete.
func (b *requestBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.srcErr != nil:
		return 0, b.srcErr
	case b.left == 0:
		return 0, io.EOF
	case b.sealed:
		return 0, errBodySealed
	case len(p) == 0:
		return 0, nil
	case b.src == nil:
		if b.src, b.srcErr = b.open(); b.srcErr != nil {
			b.src = nil
			return 0, b.srcErr
		}
	}
	n, err := b.src.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case b.left > 0 && err == io.EOF:
		b.srcErr = errBodyShort
	case b.left > 0 && err != nil:
		b.srcErr = err
	case b.left == 0 && err == nil:
		b.srcErr = b.expectEnd()
	}
	if b.srcErr != nil {
		return 0, b.srcErr
	}
	return n, nil
}

func (b *requestBody) expectEnd() error {
	var one [1]byte
	for range 100 { // like bufio: a reader that always returns nothing is broken
		switch n, err := b.src.Read(one[:]); {
		case n > 0:
			return errBodyLong
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}

// Close closes the source. It waits for a Read in progress; later Reads do not reach the source.
func (b *requestBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealed = true
	if b.src == nil {
		return nil
	}
	src := b.src
	b.src = nil
	return src.Close()
}

// state returns whether the whole body was read, and the error of the source.
func (b *requestBody) state() (complete bool, srcErr error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left == 0 && b.srcErr == nil, b.srcErr
}
