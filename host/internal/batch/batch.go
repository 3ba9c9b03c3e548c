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

// Line is what came of one picture, in one line of JSON: a recognition, or a failure with its attempts.
type Line struct {
	// Picture is the name under which it was given.
	Picture     string              `json:"picture"`
	Recognition *engine.Recognition `json:"recognition,omitempty"`
	Failure     *engine.Failure     `json:"failure,omitempty"`
	// Attempts of a failure; a recognition has its own.
	Attempts []engine.Attempt `json:"attempts,omitempty"`
}

// final reports whether another try would bring nothing else: the card was read, or the picture itself is at fault.
func (l *Line) final() bool {
	return l.Recognition != nil || l.Failure != nil && l.Failure.Fault == abi.FaultCaller && !l.Failure.Retryable
}

// attempts of the call, whatever came of it.
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
	// Jobs are the pictures that are read at once; at least 1.
	Jobs int
	// Done are the pictures of an earlier run that are not read again.
	Done map[string]bool
	// KeepGoing goes on after a failure for which the operator is at fault: an account that is refused, a budget that is used up.
	KeepGoing bool
	// Progress is told how far the run is, each time that a picture is done. It is called by one goroutine at a time.
	Progress func(Summary)
}

// Summary of a run.
type Summary struct {
	Read int
	// Failed by kind. Before are the pictures that an earlier run had done.
	Failed map[abi.FailureKind]int
	Before int
	// Billed attempts and what they cost, by currency; Unknown ones may have been billed.
	Billed, Unknown   int
	Cost, UnknownCost map[string]money.Amount
}

// Failures are all that failed.
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

// StoppedError ends a run before all pictures were read, because the next ones would fail alike.
type StoppedError struct {
	Failure engine.Failure
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("stopped, since further pictures would fail alike: %s", e.Failure)
}

// Run reads pictures and writes a [Line] for each to out, in the order in which they end. Once ctx ends, no picture is begun any more;
// those that are being read are waited for, since they may have been paid for, and Run fails with ctx's error. It also
// fails with a *[StoppedError], an error of pictures or of out, and then begins no more either. What was read is in out and in the summary whatever Run
// returns.
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

// feed hands out the pictures until ctx ends.
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

// read reads one picture and writes down what came of it. A call that has begun is not given up.
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

// write writes a line at once, so that nothing stands between its parts.
func write(out io.Writer, line *Line) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	_, err = out.Write(append(b, '\n'))
	return err
}
