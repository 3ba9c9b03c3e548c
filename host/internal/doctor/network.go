package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// renewal is how long before its end a certificate is expected to have been renewed.
const renewal = 7 * 24 * time.Hour

// network reaches for every target as the engine would, and compares the clocks.
func (c *Case) network(ctx context.Context, targets []*target) []Finding {
	if len(targets) == 0 {
		return []Finding{good("network", "", "no provider that is ready calls anybody")}
	}
	var mu sync.Mutex
	var differences []difference
	examinations := make([]func() []Finding, len(targets))
	for i, t := range targets {
		examinations[i] = func() []Finding {
			finding, seen := c.reach(ctx, t)
			if seen != nil && seen.told {
				mu.Lock()
				defer mu.Unlock()
				differences = append(differences, difference{t.origin, seen.ahead})
			}
			return []Finding{finding}
		}
	}
	return append(concurrently(examinations...), c.clock(differences))
}

// reach looks a target's name up, holds its addresses to the rules, connects and shakes hands.
func (c *Case) reach(ctx context.Context, t *target) (Finding, *contact) {
	subject := t.origin + " (" + strings.Join(t.providers, ", ") + ")"
	if strings.Contains(t.origin, "://*.") {
		return notChecked("network", subject, "stands for any number of hosts"), nil
	}
	policy, err := t.policy()
	if err != nil {
		return bad("network", subject, err.Error(), "an address that the provider may call"), nil
	}
	p := newProbe(c.Config.Engine.Egress, t.origin, c.Online, c.Now)
	if err := p.run(ctx, policy, c.Timeout); err != nil {
		return t.unreached(subject, err), nil
	}
	seen := p.contact()
	detail := fmt.Sprintf("answers at %s in %d ms", seen.address, seen.took.Milliseconds())
	if seen.expires.IsZero() {
		return warn("network", subject, detail+", without TLS", "https, unless that is a test"), seen
	}
	left := seen.expires.Sub(c.Now())
	detail += fmt.Sprintf("; certificate good for %s", count(int(left/(24*time.Hour)), "day"))
	if left < renewal {
		return warn("network", subject, detail, "whoever runs the host has to renew it"), seen
	}
	return good("network", subject, detail), seen
}

// unreached says why a target cannot be called. Where an endpoint takes the calls, nothing depends on the manifest's hosts.
func (t *target) unreached(subject string, err error) Finding {
	detail, help := err.Error(), ""
	var refused *egress.Error
	if errors.As(err, &refused) {
		detail = refused.Reason
		if refused.Err != nil && slices.Contains([]egress.Kind{egress.KindResolve, egress.KindConnect, egress.KindTLS}, refused.Kind) {
			detail += ": " + refused.Err.Error()
		}
		help = helpFor(refused.Kind)
	}
	if t.spare {
		return warn("network", subject, detail, "nothing, if the endpoint in the provider's config takes all calls")
	}
	return bad("network", subject, detail, help)
}

func helpFor(k egress.Kind) string {
	switch k {
	case egress.KindResolve:
		return "see that the name is right and that this machine's DNS knows it"
	case egress.KindConnect, egress.KindTimeout:
		return "see that a firewall lets this machine out to it; proxies of the environment are not used"
	case egress.KindTLS:
		return "see that the clock is right, that ca-certificates are installed, and that nobody stands between"
	default:
		return "" // the reason says it
	}
}
