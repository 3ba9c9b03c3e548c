package keyedmutex

import (
	"context"
	"errors"
	"testing"
)

func TestMutexIsWaitedForUntilTheContextEnds(t *testing.T) {
	var m Mutex[string]
	unlock, err := m.Lock(t.Context(), "k")
	if err != nil {
		t.Fatal("a free key was not locked")
	}
	other, err := m.Lock(t.Context(), "other")
	if err != nil {
		t.Fatal("another key was not locked")
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Lock(over, "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("locking twice: %v", err)
	}
	next := make(chan func())
	go func() { u, _ := m.Lock(t.Context(), "k"); next <- u }()
	unlock()
	(<-next)()
	other()
	if len(m.locks) != 0 {
		t.Errorf("%d locks are left behind", len(m.locks))
	}
}
