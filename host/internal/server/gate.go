package server

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/internal/message"
)

// queueTime is how long a request may wait.
const queueTime = 5 * time.Second

// gate limits how many requests are served at once and how many wait.
type gate struct {
	slots   bulkhead.Bulkhead[any]
	queue   int64
	waiting atomic.Int64
}

func newGate(requests, queue int) *gate {
	return &gate{slots: bulkhead.New[any](uint(requests)), queue: int64(queue)}
}

// enter waits until the request may be served. Call leave when it has been served. The error is a *access.Refusal.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	if g.slots.TryAcquirePermit() {
		return g.slots.ReleasePermit, nil
	}
	full := &access.Refusal{Status: http.StatusServiceUnavailable, RetryAfter: time.Second, Reason: message.New(message.RefusedBusy)}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue || g.slots.AcquirePermitWithMaxWait(ctx, queueTime) != nil {
		return nil, full
	}
	return g.slots.ReleasePermit, nil
}
