package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Line is the result of one picture, one line of JSON: a recognition, or a failure with its attempts.
type Line struct {
	// Picture is the name of the picture as it was given.
	Picture     string              `json:"picture"`
	Recognition *engine.Recognition `json:"recognition,omitempty"`
	Failure     *engine.Failure     `json:"failure,omitempty"`
	// Attempts of a failure; a recognition has its own.
	Attempts []engine.Attempt `json:"attempts,omitempty"`
}

// final reports whether reading the picture again would change nothing: the card was read, or the picture is at fault.
func (l *Line) final() bool {
	return l.Recognition != nil || l.Failure != nil && l.Failure.Fault == abi.FaultCaller && !l.Failure.Retryable
}

// attempts returns the attempts of the call, successful or not.
func (l *Line) attempts() []engine.Attempt {
	if l.Recognition != nil {
		return l.Recognition.Attempts
	}
	return l.Attempts
}

// Config of a run.
type Config struct {
	// Recognize reads one picture. Its error is an *[engine.Error].
	Recognize func(ctx context.Context, picture string) (*engine.Recognition, error)
	// Jobs is how many pictures are read at once, at least 1.
	Jobs int
	// Done contains the pictures that are not read again, see [Resume].
	Done map[string]bool
	// KeepGoing continues after failures that are the operator's fault, such as a refused account or a used-up budget.
	KeepGoing bool
	// Progress is called after each picture, by one goroutine at a time. nil means no calls.
	Progress func(Summary)
}

// Summary of a run.
type Summary struct {
	Read int
	// Failed counts failures by kind. Before is how many pictures an earlier run did.
	Failed map[abi.FailureKind]int
	Before int
	// Billed attempts and their cost by currency. Unknown attempts may have been billed.
	Billed, Unknown   int
	Cost, UnknownCost map[string]money.Amount
}

// Failures returns the number of failed pictures.
func (s *Summary) Failures() (n int) {
	for _, of := range s.Failed {
		n += of
	}
	return n
}

func (s *Summary) add(l *Line) {
	if l.Failure != nil {
		s.Failed[l.Failure.Kind]++
	} else {
		s.Read++
	}
	for i := range l.attempts() {
		switch a := &l.attempts()[i]; {
		case a.Outcome == engine.Skipped:
		case a.Billed == abi.BilledYes:
			s.Billed++
			s.Cost[a.Currency] += a.Cost
		case a.Billed == abi.BilledUnknown:
			s.Unknown++
			s.UnknownCost[a.Currency] += a.Cost
		}
	}
}

// StoppedError ends a run early, because further pictures would fail for the same reason.
type StoppedError struct {
	Failure engine.Failure
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("stopped, because further pictures would fail for the same reason: %s", e.Failure)
}

// Run reads pictures and writes a [Line] for each to out, in the order in which they end. When ctx ends, Run starts no further picture,
// waits for those that are being read, since they may have been paid for, and returns ctx's error. It stops in the same way with a
// *[StoppedError] and with an error of pictures or out. The summary and out are complete for everything that was read, even with an error.
func Run(ctx context.Context, cfg Config, pictures iter.Seq2[string, error], out io.Writer) (Summary, error) {
	r := &run{cfg: &cfg, out: out, summary: Summary{Failed: make(map[abi.FailureKind]int), Cost: make(map[string]money.Amount), UnknownCost: make(map[string]money.Amount)}}
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	names := make(chan string)
	var working sync.WaitGroup
	for range max(1, cfg.Jobs) {
		working.Go(func() {
			for name := range names {
				r.read(ctx, name)
			}
		})
	}
	r.feed(ctx, pictures, names)
	close(names)
	working.Wait()
	return r.summary, context.Cause(ctx)
}

type run struct {
	cfg  *Config
	stop context.CancelCauseFunc

	mu      sync.Mutex // for what follows
	out     io.Writer
	summary Summary
}

// feed sends the pictures to names until ctx ends.
func (r *run) feed(ctx context.Context, pictures iter.Seq2[string, error], names chan<- string) {
	for name, err := range pictures {
		if err != nil {
			r.stop(err)
			return
		}
		if r.cfg.Done[name] {
			r.mu.Lock()
			r.summary.Before++
			r.mu.Unlock()
			continue
		}
		select {
		case names <- name:
		case <-ctx.Done():
			return
		}
	}
}

// read reads one picture and writes its line. It does not cancel a call that has begun.
func (r *run) read(ctx context.Context, name string) {
	if ctx.Err() != nil {
		return
	}
	line := &Line{Picture: name}
	recognition, err := r.cfg.Recognize(context.WithoutCancel(ctx), name)
	var failed *engine.Error
	switch {
	case err == nil:
		line.Recognition = recognition
	case errors.As(err, &failed):
		line.Failure, line.Attempts = &failed.Failure, failed.Attempts
	default:
		r.stop(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := write(r.out, line); err != nil {
		r.stop(err)
		return
	}
	r.summary.add(line)
	if r.cfg.Progress != nil {
		r.cfg.Progress(r.summary)
	}
	if f := line.Failure; f != nil && f.Fault == abi.FaultOperator && !r.cfg.KeepGoing {
		r.stop(&StoppedError{*f})
	}
}

// write writes a line with a single call, so that lines do not mix.
func write(out io.Writer, line *Line) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = out.Write(append(b, '\n'))
	return err
}
