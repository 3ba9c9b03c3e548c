package egress

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/ocrmux/ocrmux/internal/message"
)

const (
	// maxPresize is how much is allocated because of a Content-Length alone.
	maxPresize = 256 << 10
	// maxDiscard is how much of a redirect's body is read to keep its connection.
	maxDiscard = 16 << 10
)

var (
	errOverCap  = errors.New("egress: answer body over its cap")
	errEncoding = errors.New("egress: answer body in an encoding that was not asked for")
	errCorrupt  = errors.New("egress: answer body is corrupt gzip")
)

// answerReader reads answer bodies under their cap.
type answerReader struct{ inflaters sync.Pool } // of *gzip.Reader

func newAnswerReader() *answerReader {
	return &answerReader{inflaters: sync.Pool{New: func() any { return new(gzip.Reader) }}}
}

// read returns the whole body, decompressed. The cap bounds the body before and after decompression; reading stops at most one
// byte after it. The Error has no Sent yet.
func (a *answerReader) read(ctx context.Context, resp *http.Response, limit int64) ([]byte, *Error) {
	const op = "read answer body"
	hasBody := resp.Request.Method != http.MethodHead
	if hasBody && resp.ContentLength > limit {
		return nil, fail(KindAnswerTooLarge, op, message.AnswerTooLong, nil)
	}
	body, err := a.readAll(resp, limit)
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, errOverCap):
		return nil, fail(KindAnswerTooLarge, op, message.AnswerTooLarge, nil)
	case errors.Is(err, errEncoding):
		return nil, fail(KindBadAnswer, op, message.AnswerEncoding, nil)
	case errors.Is(err, errCorrupt):
		return nil, fail(KindBadAnswer, op, message.AnswerGzip, nil)
	}
	if over := ended(ctx, op); over != nil {
		return nil, over
	}
	return nil, fail(KindBadAnswer, op, message.AnswerCutOff, nil)
}

func (a *answerReader) readAll(resp *http.Response, limit int64) ([]byte, error) {
	raw := &cappedReader{r: resp.Body, left: limit}
	switch strings.ToLower(strings.TrimSpace(strings.Join(resp.Header.Values("Content-Encoding"), ","))) {
	case "", "identity":
		return collect(raw, resp.ContentLength)
	case "gzip", "x-gzip":
	default:
		return nil, errEncoding
	}
	source := &errorKeeper{r: raw}
	zr := a.inflaters.Get().(*gzip.Reader)
	defer a.inflaters.Put(zr)
	err := zr.Reset(source)
	if err == io.EOF && source.n == 0 {
		return nil, nil // HEAD, 204 and their like have no body to be compressed
	}
	var out []byte
	if err == nil {
		out, err = collect(&cappedReader{r: zr, left: limit}, -1)
	}
	switch {
	case err == nil, errors.Is(err, errOverCap):
		return out, err
	case source.err != nil && source.err != io.EOF:
		return nil, source.err // the connection failed, not the encoding
	default:
		return nil, errCorrupt
	}
}

// collect reads to the end. It uses a stated size only for a first, small allocation.
func collect(r io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	if size > 0 {
		b.Grow(int(min(size, maxPresize)) + bytes.MinRead)
	}
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// discard reads a short body and reports whether it reached the end.
func discard(body io.Reader) bool {
	n, err := io.Copy(io.Discard, io.LimitReader(body, maxDiscard))
	return err == nil && n < maxDiscard
}

// cappedReader returns errOverCap if its source has more than left bytes.
type cappedReader struct {
	r    io.Reader
	left int64
}

func (c *cappedReader) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		return int(c.left), errOverCap
	}
	c.left -= int64(n)
	return n, err
}

// errorKeeper remembers how many bytes its source returned and its error.
type errorKeeper struct {
	r   io.Reader
	n   int64
	err error
}

func (k *errorKeeper) Read(p []byte) (int, error) {
	n, err := k.r.Read(p)
	k.n += int64(n)
	if err != nil {
		k.err = err
	}
	return n, err
}
