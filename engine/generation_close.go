package engine

import (
	"context"
	"errors"
)

// retire waits for the calls of a generation until ctx ends, and then releases what only this generation uses.
func (g *generation) retire(ctx context.Context) error {
	var errs []error
	select {
	case <-g.running.Drain():
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	if g.router != nil {
		g.router.Close()
	}
	for _, m := range g.modules {
		errs = append(errs, g.inventory.Release(ctx, m))
	}
	if g.client != nil {
		errs = append(errs, g.client.Close())
	}
	return errors.Join(errs...)
}

// close closes what the generations share.
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
