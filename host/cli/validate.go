package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/host/config"
	"github.com/ocrmux/ocrmux/host/idle"
)

func (p *Program) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check a configuration, or print its schema", Args: needsCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	validate := &cobra.Command{
		Use:   "validate",
		Short: "Check file, variables and flags against the plugins, without running a plugin",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.validate(cmd) },
	}
	configFlags(validate)
	schema := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration file",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			text, err := config.Schema()
			if err != nil {
				return internal(err)
			}
			_, err = fmt.Fprintf(p.Stdout, "%s\n", text)
			return internal(err)
		},
	}
	cmd.AddCommand(validate, schema)
	return cmd
}

// validate opens an engine whose runtimes run nothing.
func (p *Program) validate(cmd *cobra.Command) (err error) {
	cfg, err := p.load(cmd)
	if err != nil {
		return err
	}
	cfg.Engine.Runtimes = idle.Runtimes()
	e, err := engine.Open(cmd.Context(), cfg.Engine)
	if err != nil {
		return wrongConfig(cfg, err)
	}
	defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
	var broken []error
	for _, info := range e.Providers() {
		switch info.State {
		case catalog.Broken:
			broken = append(broken, fmt.Errorf("provider %s: %s", info.Name, info.Reason))
		case engine.NotConfigured:
		default:
			if _, err := fmt.Fprintf(p.Stdout, "provider %s: good\n", info.Name); err != nil {
				return internal(err)
			}
		}
	}
	if err := errors.Join(broken...); err != nil {
		return usage(err)
	}
	return nil
}
