// Package inventory holds what is expensive to load, each item for as long as somebody uses it.
package inventory

import (
	"context"
	"sync"
)

// Closer is what an inventory can hold.
type Closer interface {
	Close(ctx context.Context) error
}

// Inventory loads each key once for all its users. The zero value is empty. It is safe for concurrent use.
type Inventory[K comparable, V Closer] struct {
	mu    sync.Mutex
	items map[K]*Item[K, V]
}

// Item is a loaded value with its users.
type Item[K comparable, V Closer] struct {
	Key   K
	Value V

	users  int
	loaded chan struct{} // closed once Value or err is set
	err    error
}

// Take adds a user to a key. The first one loads its value; the others wait for that, and share its error. Without an error, Release must
// be called once. After an error, the next Take loads again.
func (i *Inventory[K, V]) Take(key K, load func() (V, error)) (*Item[K, V], error) {
	i.mu.Lock()
	if item := i.items[key]; item != nil {
		item.users++
		i.mu.Unlock()
		<-item.loaded
		if item.err != nil {
			return nil, item.err
		}
		return item, nil
	}
	item := &Item[K, V]{Key: key, users: 1, loaded: make(chan struct{})}
	if i.items == nil {
		i.items = make(map[K]*Item[K, V])
	}
	i.items[key] = item
	i.mu.Unlock()
	defer close(item.loaded)
	if item.Value, item.err = load(); item.err == nil {
		return item, nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.items, key)
	return nil, item.err
}

// Release removes a user from an item. The last one closes the value, and gets its error.
func (i *Inventory[K, V]) Release(ctx context.Context, item *Item[K, V]) error {
	i.mu.Lock()
	item.users--
	last := item.users == 0
	if last {
		delete(i.items, item.Key)
	}
	i.mu.Unlock()
	if !last {
		return nil
	}
	return item.Value.Close(ctx)
}
