package process

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Limits of what a child's output can cost.
const (
	// linesPerSecond and lineBurst bound how many lines of one child reach the log; the rest is counted.
	linesPerSecond = 50
	lineBurst      = 200
	// tailBytes is how much of the last output is kept to explain a failed start.
	tailBytes = 1 << 10
	// handshakeBytes bounds the first line on stdout: with mutual TLS it holds a certificate.
	handshakeBytes = 8 << 10
)

// firstLine passes the first line written to it to a reader, and everything after it on to rest.
type firstLine struct {
	line *io.PipeReader
	pipe *io.PipeWriter
	rest io.Writer

	mu             sync.Mutex
	text           []byte
	done, complete bool
}

func newFirstLine(rest io.Writer) *firstLine {
	r, w := io.Pipe()
	return &firstLine{line: r, pipe: w, rest: rest}
}

func (f *firstLine) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return f.rest.Write(p)
	}
	head, tail, complete := bytes.Cut(p, []byte{'\n'})
	f.text = append(f.text, head[:min(len(head), handshakeBytes-len(f.text))]...)
	if complete || len(f.text) == handshakeBytes {
		f.complete = complete
		f.finish()
		_, _ = f.rest.Write(tail)
	}
	return len(p), nil
}

// close ends a line that never was complete.
func (f *firstLine) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.done {
		f.finish()
	}
}

func (f *firstLine) finish() {
	f.done = true
	if len(f.text) > 0 {
		_, _ = f.pipe.Write(append(bytes.Clone(f.text), '\n'))
	}
	_ = f.pipe.Close()
}

// first returns the line so far, as it can be shown, and whether it is a whole one.
func (f *firstLine) first() (line string, complete bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return printable(string(f.text)), f.complete
}

// outputLog writes a child's output to the host's log, within limits. Lines are warnings until the child has been called:
// then they cannot hold data of a card, and they say why it does not start. Afterwards they are for debugging.
type outputLog struct {
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	ready   bool
	budget  float64
	filled  time.Time
	dropped int
	tail    []string
}

func newOutputLog(logger *slog.Logger, now func() time.Time) *outputLog {
	return &outputLog{logger: logger, now: now, budget: lineBurst, filled: now()}
}

// started makes an end of warnings, and of keeping lines to explain a failed start.
func (o *outputLog) started() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ready, o.tail = true, nil
}

// last returns what was printed last before the start, "" when nothing was.
func (o *outputLog) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.tail, "; ")
}

func (o *outputLog) log(stream, line string) {
	line = printable(line)
	if line == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	level := slog.LevelDebug
	if !o.ready {
		level = slog.LevelWarn
		o.keep(line)
	}
	now := o.now()
	o.budget = min(lineBurst, o.budget+linesPerSecond*now.Sub(o.filled).Seconds())
	o.filled = now
	if o.budget < 1 {
		o.dropped++
		return
	}
	o.budget--
	if o.dropped > 0 {
		o.logger.Warn("provider printed too much", "dropped_lines", o.dropped)
		o.dropped = 0
	}
	o.logger.Log(context.Background(), level, "provider printed", "stream", stream, "line", line)
}

// keep appends to the tail, whose oldest lines go when it grows too long.
func (o *outputLog) keep(line string) {
	o.tail = append(o.tail, cut(line, tailBytes/4))
	size := 0
	for i := len(o.tail) - 1; i >= 0; i-- {
		if size += len(o.tail[i]); size > tailBytes {
			o.tail = o.tail[i+1:]
			return
		}
	}
}

// lines returns a writer that gives whole lines to the log, each cut to abi.MaxLogBytes. One goroutine writes to it.
func (o *outputLog) lines(stream string) *lineWriter { return &lineWriter{log: o, stream: stream} }

type lineWriter struct {
	log    *outputLog
	stream string
	text   []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		head, rest, complete := bytes.Cut(p, []byte{'\n'})
		w.text = append(w.text, head[:min(len(head), abi.MaxLogBytes-len(w.text))]...)
		if complete {
			w.log.log(w.stream, string(w.text))
			w.text = w.text[:0]
		}
		p = rest
	}
	return n, nil
}

// flush gives a last line that never was completed.
func (w *lineWriter) flush() {
	w.log.log(w.stream, string(w.text))
	w.text = nil
}

// printable keeps what can be shown on one line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == utf8.RuneError, !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// cut shortens a text to n bytes at most, at a character's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
