package storetest

import (
	"context"
	"errors"
	"strconv"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Increment adds 1 to a decimal number under a key. It repeats until it succeeds against other writers.
func Increment(ctx context.Context, s store.Store, key string) error {
	for {
		entry, err := s.Get(ctx, key)
		if err != nil {
			return err
		}
		n := 0
		if entry.Revision != 0 {
			if n, err = strconv.Atoi(string(entry.Value)); err != nil {
				return err
			}
		}
		_, err = s.Set(ctx, key, []byte(strconv.Itoa(n+1)), entry.Revision)
		if conflict := new(store.ConflictError); !errors.As(err, &conflict) {
			return err
		}
	}
}
