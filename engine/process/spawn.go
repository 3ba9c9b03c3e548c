package process

import (
	"errors"
	"runtime"
	"sync"
)

var errRuntimeClosed = errors.New("the runtime has been closed")

// spawner starts processes from one thread that lives as long as the runtime. Linux sends the parent-death signal when
// the *thread* that forked ends, and Go ends threads as it likes.
type spawner struct {
	jobs chan func()
	quit chan struct{}
	once sync.Once
	done chan struct{}
}

func newSpawner() *spawner {
	s := &spawner{jobs: make(chan func()), quit: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

func (s *spawner) run() {
	defer close(s.done)
	runtime.LockOSThread()
	// Never unlocked: the thread ends with the goroutine, and whatever child is still there with the thread.
	for {
		select {
		case job := <-s.jobs:
			job()
		case <-s.quit:
			return
		}
	}
}

// do runs start on the thread.
func (s *spawner) do(start func() error) error {
	result := make(chan error, 1)
	select {
	case s.jobs <- func() { result <- start() }:
		return <-result
	case <-s.done:
		return errRuntimeClosed
	}
}

func (s *spawner) close() {
	s.once.Do(func() { close(s.quit) })
	<-s.done
}
