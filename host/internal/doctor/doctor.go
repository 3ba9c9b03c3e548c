package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Time limits of the examinations.
const (
	// DefaultTimeout is for one host, and for the state.
	DefaultTimeout = 10 * time.Second
	// loadTimeout is for loading plugins: modules that are not in the cache are compiled, and models are read from disk.
	loadTimeout = 60 * time.Second
)

// Case says what to examine.
type Case struct {
	// Config is the loaded configuration. The Runtimes, Store and Logger of its engine are ignored.
	Config *config.Config
	// Runtimes creates the runtimes that load plugins. The examination closes them.
	Runtimes func() ([]engine.Runtime, error)
	// DefaultState says that the state's folder is the default one. If it cannot be used, the gateway keeps the state in memory.
	DefaultState bool
	// Online allows one HEAD of "/" to each vendor's host, to compare the clocks.
	Online bool
	// Provider limits the examination to one provider: its plugin, its secrets, its hosts and the clock. Empty means everything.
	Provider string
	// Timeout is for each examination except loading plugins. 0 means DefaultTimeout.
	Timeout time.Duration
	// Now is the clock that is compared. nil means the system's.
	Now func() time.Time
}

// Examine runs all examinations. It takes at most about a minute and twice the timeout. When ctx ends, unfinished examinations are
// reported as bad or left out. It is safe for concurrent use, but only one process can open a state folder at a time.
func Examine(ctx context.Context, c Case) Report {
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Provider != "" {
		c = c.narrowed()
		return report(concurrently(
			func() []Finding { return c.plugins(ctx) },
			func() []Finding { return c.secrets() },
		))
	}
	return report(concurrently(
		func() []Finding { return c.plugins(ctx) },
		func() []Finding { return c.secrets() },
		func() []Finding { return c.state(ctx) },
		func() []Finding { return c.machine() },
	))
}

// narrowed returns the case with only its provider in the configuration.
func (c Case) narrowed() Case {
	all, only := c.Config, *c.Config
	only.Engine.Providers = map[string]engine.ProviderConfig{c.Provider: all.Engine.Providers[c.Provider]}
	only.Engine.Routes, only.Engine.FrontDoors, only.Engine.Money.Budgets = nil, nil, nil
	only.File.Providers = map[string]config.Provider{c.Provider: all.File.Providers[c.Provider]}
	only.File.Routes, only.File.FrontDoors = nil, nil
	only.SecretSources = slices.DeleteFunc(slices.Clone(all.SecretSources), func(s config.SecretSource) bool {
		return !strings.HasPrefix(s.Setting, "providers."+c.Provider+".")
	})
	c.Config = &only
	return c
}

// Refused returns the report about a configuration that cannot be loaded.
func Refused(err error) Report {
	return report(configFindings(err))
}

// configFindings returns one finding for each problem of a configuration.
func configFindings(err error) []Finding {
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		return []Finding{failed("config", "", err)}
	}
	findings := make([]Finding, len(wrong.Problems))
	for i, p := range wrong.Problems {
		help := p.Want
		p.Want = ""
		findings[i] = bad("config", "", message.Text(p.String()), message.Text(help))
	}
	return findings
}

// concurrently runs examinations and returns their findings in the order of the arguments.
func concurrently(examinations ...func() []Finding) []Finding {
	found := make([][]Finding, len(examinations))
	var wg sync.WaitGroup
	for i, examine := range examinations {
		wg.Go(func() { found[i] = examine() })
	}
	wg.Wait()
	var all []Finding
	for _, f := range found {
		all = append(all, f...)
	}
	return all
}
