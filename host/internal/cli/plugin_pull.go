package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/distribution"
	"github.com/ocrmux/ocrmux/host/internal/inspect"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

type pullFlags struct {
	registryFlags
	approval
	out    string
	update bool
}

func (p *Program) pullCommand() *cobra.Command {
	var f pullFlags
	cmd := &cobra.Command{
		Use:   "pull [REGISTRY/REPOSITORY:TAG]",
		Short: "Download a plugin from an OCI registry, approve it and pin its digest",
		Long: "Downloads and verifies a plugin, shows its new permissions, and after approval installs it in the folder of plugins.\n" +
			"plugins.lock then pins its digest. Without a reference, all plugins that the lock pins are downloaded.",
		Example: "  ocrmux plugin pull registry.example/ocr/jumdata:1.0.0\n  ocrmux plugin pull --update --yes registry.example/ocr/jumdata:stable",
		Args:    atMostOneArgument("a reference"),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.pull(cmd, args, f) },
	}
	configFlags(cmd)
	f.registryFlags.add(cmd)
	f.approval.addFlags(cmd)
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "`folder` to install the plugin in; default: the configured folder")
	cmd.Flags().BoolVar(&f.update, "update", false, "accept a tag that has moved since it was pinned")
	return cmd
}

func (p *Program) pull(cmd *cobra.Command, references []string, f pullFlags) error {
	cfg, err := p.loadPlugins(cmd)
	if err != nil {
		return err
	}
	if f.out == "" {
		f.out = cfg.Engine.Plugins
	}
	lock, err := trust.ReadLock(f.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("%s: %w", f.out, err))
	}
	if len(references) == 0 {
		references = pinned(lock, f.update)
	}
	if len(references) == 0 {
		return usage(fmt.Errorf("%s in %s pins no plugin; name a plugin in a registry", trust.LockFile, f.out))
	}
	access, err := p.access(f.registryFlags)
	if err != nil {
		return err
	}
	o := distribution.PullOptions{Lock: lock, Update: f.update, Platform: distribution.Here(), TrustedKeys: cfg.Engine.TrustedKeys}
	for _, reference := range references {
		if err := p.pullOne(cmd.Context(), reference, access, o, f); err != nil {
			return err
		}
	}
	return nil
}

// pinned returns the references that a lock pins. With update, references with a tag have no digest.
func pinned(lock *trust.Lock, update bool) []string {
	var out []string
	for _, e := range lock.Entries {
		if e.Source == "" {
			continue
		}
		ref, err := distribution.ParseReference(e.Source)
		if err == nil && update && ref.Tag != "" {
			ref.Digest = ""
			out = append(out, ref.String())
			continue
		}
		out = append(out, e.Source)
	}
	return out
}

func (p *Program) pullOne(ctx context.Context, reference string, access distribution.Access, o distribution.PullOptions, f pullFlags) (err error) {
	r, err := remote(reference, access)
	if err != nil {
		return err
	}
	pulled, err := r.Pull(ctx, f.out, o)
	if err != nil {
		return registryError(err)
	}
	defer func() { err = errors.Join(err, internal(pulled.Close())) }()
	if change, differs := o.Lock.Change(pulled.Plugin); differs {
		about := func(string) string { return inspect.SignatureOf(pulled.Plugin).String() }
		_, pending, err := p.approve([]trust.Change{change}, f.approval, about)
		if err != nil {
			return err
		}
		if err := notApproved(pending); err != nil {
			return err
		}
	}
	if err := pulled.Install(ctx, o.Lock); err != nil {
		return internal(err)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s %s: pinned to %s\n", pulled.Entry.Name, pulled.Entry.Version, pulled.Entry.Source)
	return internal(err)
}
