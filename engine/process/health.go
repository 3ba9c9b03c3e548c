package process

import "time"

// health decides when a failed child is started again. It is plain bookkeeping: its owner brings time and locking.
type health struct {
	cfg *Config
	// failures within the window, oldest first.
	failures []time.Time
	// inRow counts failures since the last answer.
	inRow int
	// probation: the child was started after a rest and has not answered yet.
	probation bool
}

// failed records a failure and tells how long to wait before the next start, and whether that wait is a rest.
func (h *health) failed(now time.Time) (wait time.Duration, rest bool) {
	kept := h.failures[:0]
	for _, t := range h.failures {
		if now.Sub(t) < h.cfg.CrashWindow {
			kept = append(kept, t)
		}
	}
	h.failures = append(kept, now)
	h.inRow++
	if h.probation || len(h.failures) >= h.cfg.CrashLimit {
		h.failures = h.failures[:0]
		h.probation = true
		return h.cfg.CrashRest, true
	}
	return h.backoff(), false
}

// answered records that the child answered a call.
func (h *health) answered() {
	h.inRow = 0
	h.probation = false
}

func (h *health) backoff() time.Duration {
	d := h.cfg.BackoffMin
	for range h.inRow - 1 {
		if d *= 2; d >= h.cfg.BackoffMax {
			break
		}
	}
	d = min(d, h.cfg.BackoffMax)
	return d - time.Duration(h.cfg.Rand()*float64(d)/2)
}
