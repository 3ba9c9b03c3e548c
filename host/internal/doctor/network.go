package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/message"
)

// renewal is how long before it expires a certificate should have been renewed.
const renewal = 7 * 24 * time.Hour

// network connects to every target as the engine would, and compares the clocks.
func (c *Case) network(ctx context.Context, targets []*target) []Finding {
	if len(targets) == 0 {
		return []Finding{good("network", "", message.New(message.FindingNoCalls))}
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

// reach resolves a target's name, checks its addresses, connects and does a TLS handshake.
func (c *Case) reach(ctx context.Context, t *target) (Finding, *contact) {
	subject := t.origin + " (" + strings.Join(t.providers, ", ") + ")"
	if strings.Contains(t.origin, "://*.") {
		return notChecked("network", subject, message.New(message.FindingWildcard)), nil
	}
	policy, err := t.policy()
	if err != nil {
		return bad("network", subject, message.Error(err), message.New(message.HelpAddress)), nil
	}
	p := newProbe(c.Config.Engine.Egress, t.origin, c.Online, c.Now)
	if err := p.run(ctx, policy, c.Timeout); err != nil {
		return t.unreached(subject, err), nil
	}
	seen := p.contact()
	took := seen.took.Round(time.Millisecond)
	if seen.expires.IsZero() {
		plain := message.New(message.FindingReachedPlain, "address", seen.address, "took", took)
		return warn("network", subject, plain, message.New(message.HelpTLS)), seen
	}
	detail := message.New(message.FindingReached, "address", seen.address, "took", took, "expires", seen.expires.In(c.zone()))
	if seen.expires.Sub(c.Now()) < renewal {
		return warn("network", subject, detail, message.New(message.HelpRenew)), seen
	}
	return good("network", subject, detail), seen
}

// unreached says why a target cannot be called. If an endpoint receives the calls, nothing depends on the manifest's hosts.
func (t *target) unreached(subject string, err error) Finding {
	detail, help := message.Error(err), message.Message{}
	var refused *egress.Error
	if errors.As(err, &refused) {
		detail = refused.Reason
		if refused.Err != nil && slices.Contains([]egress.Kind{egress.KindResolve, egress.KindConnect, egress.KindTLS}, refused.Kind) {
			detail = message.New(message.ExchangeCause, "reason", detail, "cause", message.Error(refused.Err))
		}
		help = helpFor(refused)
	}
	if t.spare {
		return warn("network", subject, detail, message.New(message.HelpEndpoint))
	}
	return bad("network", subject, detail, help)
}

func helpFor(e *egress.Error) message.Message {
	switch {
	case e.Kind == egress.KindResolve:
		return message.New(message.HelpName)
	case e.Kind == egress.KindConnect, e.Timeout: // a handshake that gets no answer is no matter of trust
		return message.New(message.HelpFirewall)
	case e.Kind == egress.KindTLS:
		return message.New(message.HelpTrust)
	default:
		return message.Message{} // the reason is enough
	}
}

// zone returns the configured time zone.
func (c *Case) zone() *time.Location {
	if zone := c.Config.Engine.Money.Location; zone != nil {
		return zone
	}
	return engine.Shanghai()
}
