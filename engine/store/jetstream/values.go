package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Get implements [store.Store].
func (s *Store) Get(ctx context.Context, key string) (store.Entry, error) {
	if err := store.CheckKey(key); err != nil {
		return store.Entry{}, err
	}
	entry := store.Entry{Key: key}
	err := s.ask(ctx, "get", key, func(ctx context.Context) error {
		present, err := s.values.Get(ctx, token(key))
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		entry.Value, entry.Revision = notNil(present.Value()), present.Revision()
		return nil
	})
	return entry, err
}

// Set implements [store.Store].
func (s *Store) Set(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if err := store.CheckWrite(key, value); err != nil {
		return 0, err
	}
	var written uint64
	err := s.do(ctx, "set", key, func(ctx context.Context) (err error) {
		if revision == 0 {
			written, err = s.values.Create(ctx, token(key), value) // also after a removal
		} else {
			written, err = s.values.Update(ctx, token(key), value, revision)
		}
		return conflict(err, key, revision)
	})
	return written, err
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, key string, revision uint64) error {
	if revision == 0 { // NATS would accept any revision
		entry, err := s.Get(ctx, key)
		if err == nil && entry.Revision != 0 {
			err = &store.ConflictError{Key: key, Expected: revision}
		}
		return err
	}
	if err := store.CheckKey(key); err != nil {
		return err
	}
	return s.do(ctx, "delete", key, func(ctx context.Context) error {
		err := s.values.Purge(ctx, token(key), jetstream.LastRevision(revision), jetstream.PurgeTTL(markerAge))
		return conflict(err, key, revision)
	})
}

// conflict returns a ConflictError for a failed compare-and-set, and other errors as they are.
func conflict(err error, key string, revision uint64) error {
	var api *jetstream.APIError
	if errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant) {
		return &store.ConflictError{Key: key, Expected: revision}
	}
	if api != nil && api.ErrorCode == codeFull {
		return fmt.Errorf("the store is full; the values may have reached MaxStateBytes: %w", err)
	}
	return err
}

// notNil distinguishes an empty value from a missing one.
func notNil(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
