package config

import (
	"context"
	"errors"
	"fmt"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/noopruntime"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Report is what Check found.
type Report struct {
	// Problems in the order of the file, those of variables and flags last. Without any the configuration can be used.
	Problems []Problem
	// Good are the names of the providers whose configuration and plugins can be used, sorted; none unless the configuration itself holds.
	Good []string
}

// Check holds all sources against each other and against the plugins in the folder, without running a plugin, calling anybody or writing
// anything: what "ocrmux config validate" does. With [Sources.Text] it judges a change of the file before it is written. The error is
// nil unless something else went wrong, such as the end of ctx.
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
	for _, info := range e.Providers() {
		switch info.State {
		case catalog.Broken:
			r.Problems = append(r.Problems, c.broken(info))
		case engine.NotConfigured:
		default:
			r.Good = append(r.Good, info.Name)
		}
	}
	r.Problems = inOrder(r.Problems)
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

// broken is the problem of a provider whose plugin cannot be used, at the provider or, where none is configured, at the folder.
func (c *Config) broken(info engine.ProviderInfo) Problem {
	at := []string{"plugins", "dir"}
	if _, configured := c.File.Providers[info.Name]; configured {
		at = []string{"providers", info.Name}
	}
	return c.layers.problemAtKey(at, info.Reason, c.cure(info.Plugin))
}

// cure is what helps a plugin that cannot be used.
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
