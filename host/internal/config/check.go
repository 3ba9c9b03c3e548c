package config

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/noopruntime"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Report is the result of Check.
type Report struct {
	// Problems in the order of [Error]. Without any, the configuration can be used.
	Problems []Problem
	// Good are the names of the providers whose configuration and plugins can be used, sorted. There are none if the
	// configuration itself is invalid.
	Good []string
	// Overlay is the path of the console's file, and Overlaid the providers that it sets, sorted; both empty if it sets none.
	Overlay  string
	Overlaid []string
}

// Check validates all sources together, and against the plugins in the folder. It runs no plugin, calls nobody and writes
// nothing. "ocrmux config validate" prints its report. With [Sources.Overlay] it validates a change of the console's file
// before it is written. The error is nil unless something else went wrong, such as the end of ctx.
func Check(ctx context.Context, src Sources) (Report, error) {
	c, err := Load(src)
	if err != nil {
		return reportOf(err)
	}
	c.Engine.Runtimes = noopruntime.Runtimes()
	e, err := engine.Open(ctx, c.Engine)
	if err != nil {
		return reportOf(c.Explain(err))
	}
	var r Report
	if len(c.Overlay.Providers) > 0 {
		r.Overlay, r.Overlaid = c.Overlay.Path, slices.Sorted(maps.Keys(c.Overlay.Providers))
	}
	for _, info := range e.Providers() {
		switch info.State {
		case catalog.Broken:
			r.Problems = append(r.Problems, c.broken(info))
		case engine.NotConfigured:
		default:
			r.Good = append(r.Good, info.Name)
		}
	}
	r.Problems = c.inOrder(r.Problems)
	if err := e.Close(context.WithoutCancel(ctx)); err != nil {
		return r, fmt.Errorf("config: %w", err)
	}
	return r, nil
}

func reportOf(err error) (Report, error) {
	var wrong *Error
	if errors.As(err, &wrong) {
		return Report{Problems: wrong.Problems}, nil
	}
	return Report{}, err
}

// broken returns the problem of a provider whose plugin cannot be used, placed at the provider or, if none is configured, at
// the folder of plugins.
func (c *Config) broken(info engine.ProviderInfo) Problem {
	at := []string{"plugins", "dir"}
	if _, configured := c.File.Providers[info.Name]; configured {
		at = []string{"providers", info.Name}
	}
	p := c.layers.problemAtKey(at, info.Reason.String(), c.cure(info.Plugin))
	p.Reason = info.Reason
	return p
}

// cure says what to do about a plugin that cannot be used.
func (c *Config) cure(plugin string) string {
	_, bad, err := c.Plugins()
	if err != nil {
		return ""
	}
	for _, f := range bad {
		var why *catalog.PluginError
		if f.Name != plugin || !errors.As(f.Err, &why) {
			continue
		}
		switch why.Cause {
		case catalog.NotLocked, catalog.NotApproved, catalog.WrongChecksum:
			return "a plugin that you have approved with ocrmux plugin lock"
		case catalog.NotSigned, catalog.BadSignature:
			return "a plugin that is signed with one of plugins.trusted_keys"
		}
	}
	return "another file of the plugin: ocrmux plugin inspect tells what is wrong with this one"
}
