package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// Bounds of the examinations.
const (
	// DefaultTimeout is that of one host, and of the state.
	DefaultTimeout = 10 * time.Second
	// loadTimeout is for plugins: modules that no cache holds are compiled, and models are read from the disk.
	loadTimeout = 60 * time.Second
)

// Case is what is to be examined.
type Case struct {
	// Config as it was loaded. Its engine's Runtimes, Store and Logger are not looked at.
	Config *config.Config
	// Runtimes makes the kinds of plugin that can be loaded; the examination closes them.
	Runtimes func() ([]engine.Runtime, error)
	// DefaultState says that nobody configured the folder of the state: without it the gateway keeps the state in memory.
	DefaultState bool
	// Online lets each vendor's host be sent a HEAD of "/", to compare the clocks.
	Online bool
	// Provider, unless empty, is the only one that is examined: whether its plugin loads, its secrets, its hosts and the clock.
	Provider string
	// Timeout of each examination but the plugins'; 0 means DefaultTimeout.
	Timeout time.Duration
	// Now is the clock that is compared; nil means the system's.
	Now func() time.Time
}

// Examine carries out all examinations. It takes at most about a minute and twice the timeout. When ctx ends, what was not
// finished is found bad or left out. It is safe for concurrent use, but a folder of state can be opened by one only.
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

// narrowed is the case with nothing in its configuration but the provider.
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

// Refused is the report about a configuration that cannot be loaded, for without it there is nothing else to examine.
func Refused(err error) Report {
	return report(configFindings(err))
}

// configFindings has one for each problem of a configuration.
func configFindings(err error) []Finding {
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		return []Finding{bad("config", "", err.Error(), "")}
	}
	findings := make([]Finding, len(wrong.Problems))
	for i, p := range wrong.Problems {
		help := p.Want
		p.Want = ""
		findings[i] = bad("config", "", p.String(), help)
	}
	return findings
}

// concurrently gives the findings of all examinations in the order in which these are given.
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

// count writes a number of things: "1 provider", "2 providers".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
