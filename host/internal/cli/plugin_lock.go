package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/inspect"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) lockCommand() *cobra.Command {
	var a approval
	cmd := &cobra.Command{
		Use:   "lock [DIR]",
		Short: "Show what has changed in a folder of plugins, and approve it",
		Long: "Compares every plugin in a folder with plugins.lock, shows new permissions, and asks for approval.\n" +
			"Plugins that are not approved are not loaded. DIR defaults to the configured folder.",
		Example: "  ocrmux plugin lock\n  ocrmux plugin lock --approve jumdata plugins\n  ocrmux plugin lock --yes bin/plugins",
		Args:    atMostOneArgument("the folder of plugins"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return p.lock(args[0], a)
			}
			cfg, err := p.loadPlugins(cmd)
			if err != nil {
				return err
			}
			return p.lock(cfg.Engine.Plugins, a)
		},
	}
	configFlags(cmd)
	a.addFlags(cmd)
	return cmd
}

// loadPlugins loads the part of the configuration that concerns plugin files.
func (p *Program) loadPlugins(cmd *cobra.Command) (*config.Config, error) {
	src, err := p.sources(cmd)
	if err != nil {
		return nil, err
	}
	cfg, err := config.LoadPlugins(src)
	if err != nil {
		return nil, usage(err)
	}
	return cfg, nil
}

func (p *Program) lock(dir string, a approval) error {
	found, err := catalog.Find(dir)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", dir, err))
	}
	lock, err := trust.ReadLock(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("%s: %w", dir, err))
	}
	missing := err != nil
	for _, f := range found {
		if f.Err != nil {
			_, _ = fmt.Fprintf(p.Stderr, "ocrmux: %s cannot be used and is skipped: %s\n", f.Name, terminal.Clean(f.Err.Error()))
		}
	}
	changes := lock.Changes(found)
	if len(changes) == 0 && !missing {
		_, err := fmt.Fprintf(p.Stdout, "%s: nothing has changed\n", filepath.Join(dir, trust.LockFile))
		return internal(err)
	}
	if len(found) == 0 && missing {
		return usage(fmt.Errorf("there is no plugin in %s", dir))
	}
	approved, pending, err := p.approve(changes, a, func(name string) string { return signatureIn(found, name) })
	if err != nil {
		return err
	}
	for _, c := range approved {
		if c.After == nil {
			lock.Remove(c.Name)
			continue
		}
		lock.Put(*c.After)
	}
	if len(approved) > 0 {
		if err := lock.Write(dir); err != nil {
			return internal(err)
		}
		if _, err := fmt.Fprintf(p.Stdout, "%s lists %s\n", filepath.Join(dir, trust.LockFile), count(len(lock.Entries), "plugin")); err != nil {
			return internal(err)
		}
	}
	return notApproved(pending)
}

// signatureIn describes the signature of a plugin among those that were found.
func signatureIn(found []catalog.Found, name string) string {
	for _, f := range found {
		if f.Name == name && f.Err == nil {
			return inspect.SignatureOf(f.Plugin).String()
		}
	}
	return ""
}

// notApproved returns an error if plugins are not approved.
func notApproved(pending []string) error {
	if len(pending) == 0 {
		return nil
	}
	return usage(fmt.Errorf("not approved: %s; use --yes to approve all, or --approve NAME", strings.Join(pending, ", ")))
}

// count writes a number of things: "1 plugin", "2 plugins".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
