package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ocrmux/ocrmux/engine"
)

// maxLineBytes limits one line of an earlier run.
const maxLineBytes = 16 << 20

// Earlier is what an earlier run did.
type Earlier struct {
	// Retry has the kinds of failures that are read again although they are final.
	Retry map[engine.FailureKind]bool

	pictures map[string]earlierLine
}

// earlierLine is what matters of a line.
type earlierLine struct {
	done     bool // the card was read, or the failure is final
	failed   engine.FailureKind
	modified time.Time
	bytes    int64
}

// done reports whether a picture need not be read again, and how it failed if it did.
func (e *Earlier) done(p *Picture) (failed engine.FailureKind, done bool) {
	if e == nil {
		return 0, false
	}
	l, ok := e.pictures[p.key()]
	if !ok {
		l, ok = e.pictures[p.Name] // a line without a path
	}
	if !ok || !l.done || e.Retry[l.failed] {
		return 0, false
	}
	if l.failed != 0 && !l.modified.IsZero() {
		if modified, bytes := p.stat(); !modified.Equal(l.modified) || bytes != l.bytes {
			return 0, false
		}
	}
	return l.failed, true
}

// Resume reads the lines of an earlier run. It returns what that did, and the length of all whole lines in bytes: a line that was being
// written when the run ended may follow. If a picture has several lines, the last one counts.
func Resume(r io.Reader) (earlier *Earlier, whole int64, err error) {
	earlier = &Earlier{pictures: make(map[string]earlierLine)}
	lines := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		text, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF):
			return earlier, whole, nil
		case err != nil:
			return nil, 0, fmt.Errorf("line %d: %w", number, err)
		}
		whole += int64(len(text))
		var line Line
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		if err := json.Unmarshal(text, &line); err != nil || line.Picture == "" || (line.Recognition == nil) == (line.Failure == nil) {
			return nil, 0, fmt.Errorf("line %d is not a line of a batch", number)
		}
		x := earlierLine{done: true, modified: line.Modified, bytes: line.Bytes}
		if line.Failure != nil {
			x.done, x.failed = line.final(), line.Failure.Kind
		}
		earlier.pictures[line.key()] = x
	}
}

// readLine returns a line with its end, and io.EOF for a line without end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLineBytes:
			return nil, fmt.Errorf("it has more than %d bytes", maxLineBytes)
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil:
			return nil, err
		default:
			return line, nil
		}
	}
}
