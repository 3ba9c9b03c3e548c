package route_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/internal/route"
)

// occurrences are the things that a simulation must have met to have shown anything.
type occurrences struct {
	mu   sync.Mutex
	seen map[string]int
}

// things that happen, by what a reason says of them.
func things() []string {
	return []string{
		"first in", "drawn in", "cheapest in", "fastest in", "next after", "retry 1", "retry 2", "waited for", "hedge, since", "not waited for", "another voice", "one of 2 voices",
		"is parked", "circuit breaker open", "reached its rate limit", "as many calls under way", "the budget of provider", "the budget of tenant", "the budget of route",
		"after the end of the call", "failed with timeout", "rests until",
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
