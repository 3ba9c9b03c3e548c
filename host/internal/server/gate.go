package server

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"

	"github.com/ocrmux/ocrmux/host/internal/access"
)

// queueTime is how long a request may wait for its turn.
const queueTime = 5 * time.Second

// gate bounds how many requests are served at once and how many wait for that.
type gate struct {
	slots   bulkhead.Bulkhead[any]
	queue   int64
	waiting atomic.Int64
}

func newGate(requests, queue int) *gate {
	return &gate{slots: bulkhead.New[any](uint(requests)), queue: int64(queue)}
}

// enter waits for a turn; leave ends it. It fails with a *access.Refusal.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	if g.slots.TryAcquirePermit() {
		return g.slots.ReleasePermit, nil
	}
	full := &access.Refusal{Status: http.StatusServiceUnavailable, RetryAfter: time.Second, Reason: "the server has as many requests as it takes"}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue || g.slots.AcquirePermitWithMaxWait(ctx, queueTime) != nil {
		return nil, full
	}
	return g.slots.ReleasePermit, nil
}
