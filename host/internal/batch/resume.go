package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLineBytes bounds one line of an earlier run.
const maxLineBytes = 16 << 20

// Resume reads what an earlier run wrote: the pictures that need no other try, and how many bytes of it are whole lines. What comes
// after those is of a line that was being written when the run ended. A picture may stand there several times; the last line counts.
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
			return nil, 0, fmt.Errorf("line %d is none of a batch's", number)
		}
		done[line.Picture] = line.final()
	}
}

// readLine gives a line with its end, and io.EOF for one without.
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
