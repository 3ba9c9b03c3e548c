package drain_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/engine/internal/drain"
)

func TestCounterWaitsForAllWork(t *testing.T) {
	var c drain.Counter
	if !c.Begin() {
		t.Fatal("no work may begin")
	}
	idle := c.Drain()
	if c.Begin() {
		t.Error("work begins after Drain")
	}
	release := make(chan struct{})
	c.Go(func() { <-release }) // left behind by the work that is counted
	c.Done()
	open(t, idle)
	close(release)
	<-idle
	<-c.Drain()
}

func TestCounterWithoutWorkIsIdleAtOnce(t *testing.T) {
	var c drain.Counter
	<-c.Drain()
}

func open(t *testing.T, idle <-chan struct{}) {
	t.Helper()
	select {
	case <-idle:
		t.Error("it is idle while work is under way")
	default:
	}
}
