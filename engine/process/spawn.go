package process

import (
	"runtime"
	"sync"

	"github.com/ocrmux/ocrmux/internal/message"
)

var errRuntimeClosed = message.NewError(message.New(message.ProcessRuntimeClosed), nil)

// spawner starts each process from a thread that is there for it alone and lives as long as it does. Linux sends the parent-death signal
// when the *thread* that forked ends, and Go ends threads as it likes; and a thread that was shut off for one child stays shut off.
type spawner struct {
	quit chan struct{}

	mu      sync.Mutex
	closed  bool
	threads sync.WaitGroup
}

func newSpawner() *spawner { return &spawner{quit: make(chan struct{})} }

// do runs start on a new thread, which then stays until exited is closed. Where start fails, the thread ends at once.
func (s *spawner) do(start func() error, exited <-chan struct{}) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errRuntimeClosed
	}
	s.threads.Add(1)
	s.mu.Unlock()
	result := make(chan error, 1)
	go s.run(start, result, exited)
	return <-result
}

func (s *spawner) run(start func() error, result chan<- error, exited <-chan struct{}) {
	runtime.LockOSThread()
	if mainThread() {
		// The main thread represents the whole process and does not end with its goroutine. While it is held here, another thread runs this.
		again := make(chan struct{})
		go func() { defer close(again); s.run(start, result, exited) }()
		<-again
		runtime.UnlockOSThread()
		return
	}
	// Never unlocked: the thread ends with the goroutine, and a child that still runs ends with the thread.
	defer s.threads.Done()
	err := start()
	result <- err
	if err != nil {
		return
	}
	select {
	case <-exited:
	case <-s.quit:
	}
}

// close ends the threads, and with them, on Linux, the children.
func (s *spawner) close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.quit)
	}
	s.mu.Unlock()
	s.threads.Wait()
}
