package route_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/internal/route"
)

// occurrences counts what a simulation must meet to prove anything.
type occurrences struct {
	mu   sync.Mutex
	seen map[string]int
}

// things returns parts of the reasons that must occur.
func things() []string {
	return []string{
		"route.first(", "route.drawn(", "route.cheapest(", "route.fastest(", "route.next_after", "route.retry(number=1 ", "route.retry(number=2 ", "route.waited_for(", "route.hedge(",
		"route.stopped_by_winner(", "route.another_reading(", "route.asked_at_once(count=2 ", "route.parked(", "route.breaker_open(", "route.rate_limit", "route.concurrency_limit",
		"scope=provider", "scope=tenant", "scope=route", "route.free_too_late(", "route.next_after_failure(kind=timeout ", "route.called_too_fast(",
	}
}

func (o *occurrences) note(v *route.Verdict) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = make(map[string]int)
	}
	for _, thing := range things() {
		if strings.Contains(story(v), thing) {
			o.seen[thing]++
		}
	}
	o.seen["calls"]++
}

func (o *occurrences) check(t *testing.T) {
	t.Helper()
	var missing []string
	for _, thing := range things() {
		if o.seen[thing] == 0 {
			missing = append(missing, fmt.Sprintf("%q", thing))
		}
	}
	if len(missing) > 0 {
		t.Errorf("never happened: %s", strings.Join(missing, ", "))
	}
	t.Logf("%v", o.seen)
}
