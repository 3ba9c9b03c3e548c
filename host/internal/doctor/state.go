package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/host/internal/noopruntime"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// state opens the state as the gateway would, and reads the budgets in it.
func (c *Case) state(ctx context.Context) []Finding {
	cfg := c.Config.State
	switch {
	case cfg == nil && len(c.Config.Engine.Money.Budgets) > 0:
		return []Finding{warn("state", "", "is in memory: budgets begin anew at every start", "set state.dir or state.url")}
	case cfg == nil:
		return []Finding{good("state", "", "is in memory, and gone at the end")}
	case cfg.Dir != "":
		f, ok := folderOfState(cfg.Dir)
		if f.State == Bad && c.DefaultState {
			f.State, f.Help = Warn, "name a folder with state.dir: the state is in memory, and budgets begin anew at every start"
		}
		if !ok {
			return []Finding{f}
		}
	}
	subject := cfg.Dir + cfg.URL // one of them
	opening := *cfg
	opening.Timeout, opening.Logger = c.Timeout, nil
	start := time.Now()
	s, err := jetstream.Open(ctx, opening)
	var locked *jetstream.LockedError
	switch {
	case errors.As(err, &locked):
		return []Finding{warn("state", subject, inUse(locked.PID), "nothing, if that is the gateway: its budgets can only be asked of itself")}
	case err != nil:
		return []Finding{bad("state", subject, err.Error(), "")}
	}
	findings := []Finding{good("state", subject, fmt.Sprintf("opens in %d ms", time.Since(start).Milliseconds()))}
	findings = append(findings, c.accounts(ctx, s)...)
	if err := s.Close(context.WithoutCancel(ctx)); err != nil {
		findings = append(findings, warn("state", subject, "does not close: "+err.Error(), ""))
	}
	return findings
}

func inUse(pid int) string {
	if pid == 0 {
		return "is in use by another process"
	}
	return fmt.Sprintf("is in use by process %d", pid)
}

// folderOfState says why a folder is not opened: what is made in it must belong to the user who runs the gateway.
func folderOfState(dir string) (Finding, bool) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := writable(existing(dir)); err != nil {
			return bad("state", dir, "is not there and cannot be made: "+reason(err), "make it, for the user who runs the gateway"), false
		}
		return good("state", dir, "is not there yet; the first start makes it"), false
	case err != nil:
		return bad("state", dir, "cannot be looked at: "+reason(err), "name a folder of the user who runs the gateway"), false
	case !info.IsDir():
		return bad("state", dir, "is not a folder", "name a folder with state.dir"), false
	}
	if owner, other := ownedByOther(info); other {
		return notChecked("state", dir, fmt.Sprintf("belongs to user %d: run the doctor as the user who runs the gateway", owner)), false
	}
	if err := writable(dir); err != nil {
		return bad("state", dir, "cannot be written: "+reason(err), "give it to the user who runs the gateway"), false
	}
	return Finding{}, true
}

// accounts reads the budgets, and what keeps providers from being asked, with an engine that runs no plugin.
func (c *Case) accounts(ctx context.Context, s *jetstream.Store) []Finding {
	cfg := c.Config.Engine
	cfg.Runtimes, cfg.Store, cfg.Logger = noopruntime.Runtimes(), s, slog.New(slog.DiscardHandler)
	e, err := engine.Open(ctx, cfg)
	if err != nil {
		return nil // the configuration's problems are told already
	}
	loads := make(map[string]bool)
	for _, i := range e.Providers() {
		loads[i.Name] = i.State == catalog.Ready
	}
	standing := e.ProviderStatus()
	var findings []Finding
	for _, a := range e.Budgets() {
		findings = append(findings, budget(a))
		if f, ok := priceless(a, standing); ok {
			findings = append(findings, f)
		}
	}
	for _, p := range standing {
		if loads[p.Provider] && !p.Ready { // of a plugin that does not load, everything has been said
			findings = append(findings, warn("providers", p.Provider, p.Why, "see \"When something happens\" in docs/operations.md"))
		}
	}
	if err := e.Close(context.WithoutCancel(ctx)); err != nil {
		findings = append(findings, warn("budgets", "", "are not given back: "+err.Error(), ""))
	}
	return findings
}

// nearly is the share of a budget below which little is left.
const nearly = 10 // one in

func budget(a money.Account) Finding {
	subject := fmt.Sprintf("%s %s per %s", a.Scope, a.Name, a.Per)
	if a.Pool != "" {
		subject = fmt.Sprintf("%s, %s", a.Name, a.Pool)
	}
	detail := ""
	var used, low bool
	if a.Limit.Amount > 0 {
		detail = fmt.Sprintf("%s of %s left", a.Left.Amount, a.Limit.Amount)
		used, low = a.Left.Amount <= 0, a.Left.Amount < a.Limit.Amount/nearly
	}
	if a.Limit.Calls > 0 {
		if detail != "" {
			detail += ", "
		}
		detail += fmt.Sprintf("%d of %d calls left", a.Left.Calls, a.Limit.Calls)
		used, low = used || a.Left.Calls <= 0, low || a.Left.Calls < a.Limit.Calls/nearly
	}
	until := ""
	if !a.Until.IsZero() {
		until = " until " + a.Until.Format(time.RFC3339)
	}
	switch {
	case used && a.Pool == "":
		return bad("budgets", subject, detail+until+": calls are refused", "raise the budget, or wait")
	case used || low:
		return warn("budgets", subject, detail+until, "raise the budget or buy more, or the calls that follow are refused or cost more")
	default:
		return good("budgets", subject, detail+until)
	}
}

// priceless tells of a budget of money for a provider whose calls have no price: nothing would ever be taken from it.
func priceless(a money.Account, standing []route.ProviderStatus) (Finding, bool) {
	if a.Scope != money.ScopeProvider || a.Pool != "" || a.Limit.Amount == 0 {
		return Finding{}, false
	}
	for _, p := range standing {
		if p.Provider == a.Name && p.Price == 0 && p.Source == (money.Quote{}).String() {
			return warn("budgets", "provider "+a.Name, "no price of its calls is known, so that they never reduce the budget",
				"set providers."+a.Name+".price, or limit the calls instead of the amount"), true
		}
	}
	return Finding{}, false
}
