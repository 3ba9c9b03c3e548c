package engine

import (
	"context"
	"errors"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// retire waits for the calls of a generation until ctx ends, and gives back what it alone uses.
func (e *generation) retire(ctx context.Context) error {
	var errs []error
	select {
	case <-e.running.Drain():
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	if e.router != nil {
		e.router.Close()
	}
	for _, m := range e.modules {
		errs = append(errs, e.inventory.Release(ctx, m))
	}
	if e.client != nil {
		errs = append(errs, e.client.Close())
	}
	return errors.Join(errs...)
}

// close ends what the generations had in common.
func (s *shared) close(ctx context.Context) error {
	var errs []error
	if s.book != nil {
		errs = append(errs, s.book.Close(ctx))
	}
	if s.ownStore {
		errs = append(errs, s.store.Close(ctx))
	}
	for _, r := range s.runtimes {
		errs = append(errs, r.Close(ctx))
	}
	return errors.Join(errs...)
}

// closed is the failure of a call that came after Close.
func closed() *failed {
	return failWith(abi.FailureKindUnavailable, abi.FaultOperator, "the engine is closed", nil)
}
