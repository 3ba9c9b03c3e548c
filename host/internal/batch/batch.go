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

// Config of a run.
type Config struct {
	// Recognize reads one picture. Its error is an *[engine.Error].
	Recognize func(ctx context.Context, picture string) (*engine.Recognition, error)
	// Jobs is how many pictures are read at once, at least 1.
	Jobs int
	// Earlier is what an earlier run did, see [Resume]; nil if there was none.
	Earlier *Earlier
	// KeepGoing continues after failures that are the operator's fault, such as a refused account or a used-up budget.
	KeepGoing bool
	// Progress is called after each picture, by one goroutine at a time. nil means no calls.
	Progress func(Summary)
}

// Summary of a run.
type Summary struct {
	Read int
	// Failed counts failures by kind.
	Failed map[abi.FailureKind]int
	// Before is how many pictures an earlier run did, and FailedBefore counts those of them that failed, by kind.
	Before       int
	FailedBefore map[abi.FailureKind]int
	// Repeated pictures were named more than once. They were read once.
	Repeated int
	// PassedOver counts pictures that were not read, by [Picture.PassedOver].
	PassedOver map[string]int
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
func Run(ctx context.Context, cfg Config, pictures iter.Seq2[Picture, error], out io.Writer) (Summary, error) {
	r := &run{cfg: &cfg, out: out, summary: Summary{
		Failed: make(map[abi.FailureKind]int), FailedBefore: make(map[abi.FailureKind]int), PassedOver: make(map[string]int),
		Cost: make(map[string]money.Amount), UnknownCost: make(map[string]money.Amount),
	}}
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	queue := make(chan Picture)
	var working sync.WaitGroup
	for range max(1, cfg.Jobs) {
		working.Go(func() {
			for p := range queue {
				r.read(ctx, p)
			}
		})
	}
	r.feed(ctx, pictures, queue)
	close(queue)
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

// feed sends the pictures to the queue until ctx ends, each once.
func (r *run) feed(ctx context.Context, pictures iter.Seq2[Picture, error], queue chan<- Picture) {
	seen := make(map[string]bool)
	for p, err := range pictures {
		if err != nil {
			r.stop(err)
			return
		}
		if r.skip(&p, seen) {
			continue
		}
		select {
		case queue <- p:
		case <-ctx.Done():
			return
		}
	}
}

// skip reports whether a picture is not read, and counts it.
func (r *run) skip(p *Picture, seen map[string]bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	repeated := seen[p.key()]
	seen[p.key()] = true
	failed, done := r.cfg.Earlier.done(p)
	switch {
	case repeated:
		r.summary.Repeated++
	case p.PassedOver != "":
		r.summary.PassedOver[p.PassedOver]++
	case done:
		if r.summary.Before++; failed != 0 {
			r.summary.FailedBefore[failed]++
		}
	default:
		return false
	}
	return true
}

// read reads one picture and writes its line. It does not cancel a call that has begun.
func (r *run) read(ctx context.Context, p Picture) {
	if ctx.Err() != nil {
		return
	}
	line := newLine(&p)
	recognition, err := r.cfg.Recognize(context.WithoutCancel(ctx), p.Name)
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
