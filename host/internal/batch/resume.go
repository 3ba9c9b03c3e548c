package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLineBytes limits one line of an earlier run.
const maxLineBytes = 16 << 20

// Resume reads the lines of an earlier run. It returns the pictures that need not be read again, and the length of all whole lines in
// bytes: a line that was being written when the run ended may follow. If a picture has several lines, the last one counts.
func Resume(r io.Reader) (done map[string]bool, whole int64, err error) {
	done = make(map[string]bool)
	lines := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		text, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF):
			return done, whole, nil
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
		done[line.Picture] = line.final()
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
