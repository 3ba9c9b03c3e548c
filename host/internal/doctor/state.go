package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/host/internal/noopruntime"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// state opens the state as the gateway would, and reads its budgets.
func (c *Case) state(ctx context.Context) []Finding {
	cfg := c.Config.State
	switch {
	case cfg == nil && len(c.Config.Engine.Money.Budgets) > 0:
		return []Finding{warn("state", "", message.New(message.FindingBudgetsVanish), message.New(message.HelpKeepState))}
	case cfg == nil:
		return []Finding{good("state", "", message.New(message.FindingStateInMemory))}
	case cfg.Dir != "":
		f, ok := folderOfState(cfg.Dir)
		if f.State == Bad && c.DefaultState {
			f.State, f.Help = Warn, message.New(message.HelpDefaultState)
		}
		if !ok {
			return []Finding{f}
		}
	}
	subject := cfg.Place()
	opening := *cfg
	opening.Timeout, opening.Logger = c.Timeout, nil
	start := time.Now()
	s, err := jetstream.Open(ctx, opening)
	var locked *jetstream.LockedError
	switch {
	case errors.As(err, &locked):
		return []Finding{warn("state", subject, inUse(locked.PID), message.New(message.HelpLocked))}
	case err != nil:
		return []Finding{failed("state", subject, err)}
	}
	findings := []Finding{good("state", subject, message.New(message.FindingStateOpens, "took", time.Since(start).Round(time.Millisecond)))}
	findings = append(findings, c.accounts(ctx, s)...)
	if err := s.Close(context.WithoutCancel(ctx)); err != nil {
		findings = append(findings, warn("state", subject, message.New(message.FindingStateNotClosed, "reason", message.Error(err)), message.Message{}))
	}
	return findings
}

func inUse(pid int) message.Message {
	if pid == 0 {
		return message.New(message.FindingStateLocked)
	}
	return message.New(message.FindingStateLockedBy, "process", strconv.Itoa(pid))
}

// folderOfState examines a state folder before it is opened. ok is false if it must not be opened: files that the doctor created in
// it would belong to the wrong user.
func folderOfState(dir string) (f Finding, ok bool) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := writable(existing(dir)); err != nil {
			return bad("state", dir, message.New(message.FindingCannotMake, "reason", reason(err)), message.New(message.HelpMakeFolder)), false
		}
		return good("state", dir, message.New(message.FindingNotThere)), false
	case err != nil:
		return bad("state", dir, message.New(message.FindingCannotLookAt, "reason", reason(err)), message.New(message.HelpOwnFolder)), false
	case !info.IsDir():
		return bad("state", dir, message.New(message.FindingNoFolder), message.New(message.HelpStateFolder)), false
	}
	if owner, other := ownedByOther(info); other {
		return notChecked("state", dir, message.New(message.FindingOtherOwner, "user", strconv.Itoa(owner))), false
	}
	if err := writable(dir); err != nil {
		return bad("state", dir, message.New(message.FindingCannotWrite, "reason", reason(err)), message.New(message.HelpOwnFolder)), false
	}
	return Finding{}, true
}

// accounts reads the budgets, and why providers are not asked, with an engine that runs no plugin.
func (c *Case) accounts(ctx context.Context, s *jetstream.Store) []Finding {
	cfg := c.Config.Engine
	cfg.Runtimes, cfg.Store, cfg.Logger = noopruntime.Runtimes(), s, slog.New(slog.DiscardHandler)
	e, err := engine.Open(ctx, cfg)
	if err != nil {
		return nil // c.plugins reports the problems of the configuration
	}
	loads := make(map[string]bool)
	for _, i := range e.Providers() {
		loads[i.Name] = i.State == catalog.Ready
	}
	statuses := e.ProviderStatus()
	var findings []Finding
	for _, a := range e.Budgets() {
		findings = append(findings, budget(a))
		if f, ok := priceless(a, statuses); ok {
			findings = append(findings, f)
		}
	}
	for _, p := range statuses {
		if loads[p.Provider] && !p.Ready { // c.plugins reports plugins that do not load
			findings = append(findings, warn("providers", p.Provider, p.Why, message.New(message.HelpOperations)))
		}
	}
	if err := e.Close(context.WithoutCancel(ctx)); err != nil {
		findings = append(findings, warn("budgets", "", message.New(message.FindingBudgetNotGiven, "reason", message.Error(err)), message.Message{}))
	}
	return findings
}

// nearlyUsed is the divisor of a budget below which a warning is due: a tenth is left.
const nearlyUsed = 10

func budget(a money.BudgetStatus) Finding {
	subject := fmt.Sprintf("%s %s per %s", a.Scope, a.Name, a.Per)
	if !a.Pool.IsZero() {
		subject = fmt.Sprintf("%s, %s", a.Name, a.Pool)
	}
	var parts []message.Message
	var used, low bool
	if a.Limit.Amount > 0 {
		parts = append(parts, message.New(message.FindingBudgetAmount, "left", a.Left.Amount, "limit", a.Limit.Amount))
		used, low = a.Left.Amount <= 0, a.Left.Amount < a.Limit.Amount/nearlyUsed
	}
	if a.Limit.Calls > 0 {
		parts = append(parts, message.New(message.FindingBudgetCalls, "left", a.Left.Calls, "limit", a.Limit.Calls))
		used, low = used || a.Left.Calls <= 0, low || a.Left.Calls < a.Limit.Calls/nearlyUsed
	}
	if !a.Until.IsZero() {
		parts = append(parts, message.New(message.FindingBudgetUntil, "until", a.Until))
	}
	if used && a.Pool.IsZero() {
		detail := message.New(message.FindingBudget, "parts", append(parts, message.New(message.FindingBudgetUsed)))
		return bad("budgets", subject, detail, message.New(message.HelpRaiseBudget))
	}
	detail := message.New(message.FindingBudget, "parts", parts)
	if used || low {
		return warn("budgets", subject, detail, message.New(message.HelpLowBudget))
	}
	return good("budgets", subject, detail)
}

// priceless reports a budget of money for a provider whose calls have no price: nothing would ever be taken from it.
func priceless(a money.BudgetStatus, statuses []route.ProviderStatus) (Finding, bool) {
	if a.Scope != money.ScopeProvider || !a.Pool.IsZero() || a.Limit.Amount == 0 {
		return Finding{}, false
	}
	for _, p := range statuses {
		if p.Provider == a.Name && p.Price == 0 && p.PriceSource.Code() == message.PriceUnknown {
			return warn("budgets", "provider "+a.Name, message.New(message.FindingNoPrice), message.New(message.HelpSetPrice, "provider", a.Name)), true
		}
	}
	return Finding{}, false
}
