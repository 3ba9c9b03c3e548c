package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check a configuration, or print its schema", Args: needsCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	validate := &cobra.Command{
		Use:   "validate",
		Short: "Check files, variables and flags against the plugins, without running a plugin",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.validate(cmd) },
	}
	configFlags(validate)
	cmd.AddCommand(validate, p.configSchemaCommand())
	return cmd
}

// validate checks a configuration and prints the valid providers, or all problems.
func (p *Program) validate(cmd *cobra.Command) error {
	src, err := p.sources(cmd)
	if err != nil {
		return err
	}
	report, err := config.Check(cmd.Context(), src)
	switch {
	case err != nil:
		return internal(err)
	case len(report.Problems) > 0:
		return usage(&config.Error{Problems: report.Problems})
	}
	if report.Overlay != "" {
		if _, err := fmt.Fprintf(p.Stdout, "%s: set in the console: %s\n", report.Overlay, strings.Join(report.Overlaid, ", ")); err != nil {
			return internal(err)
		}
	}
	for _, name := range report.Good {
		if _, err := fmt.Fprintf(p.Stdout, "provider %s: good\n", name); err != nil {
			return internal(err)
		}
	}
	return nil
}

func (p *Program) configSchemaCommand() *cobra.Command {
	var bare bool
	schema := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration file, for editors",
		Long:  "Prints the JSON Schema of the configuration file, with the settings and secrets of each plugin in the folder.\nPlugins that cannot be used are omitted. No plugin is run.",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.schema(cmd, bare) },
	}
	schema.Flags().BoolVar(&bare, "without-plugins", false, "omit the settings of plugins")
	configFlags(schema)
	return schema
}

func (p *Program) schema(cmd *cobra.Command, bare bool) error {
	text, err := p.schemaText(cmd, bare)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(terminal.NewJSONWriter(p.Stdout), "%s\n", text)
	return internal(err)
}

// schemaText returns the schema, and prints on standard error which plugins are not in it.
func (p *Program) schemaText(cmd *cobra.Command, bare bool) ([]byte, error) {
	if bare {
		text, err := config.Schema()
		return text, internal(err)
	}
	cfg, err := p.loadPlugins(cmd)
	if err != nil {
		return nil, err
	}
	good, left, err := cfg.Plugins()
	if err != nil {
		return nil, usage(err)
	}
	for _, f := range left {
		_, _ = fmt.Fprintf(p.Stderr, "ocrmux: the schema omits the plugin %s, which cannot be used: %v\n", f.Name, f.Err)
	}
	if len(good) == 0 {
		_, _ = fmt.Fprintf(p.Stderr, "ocrmux: the schema omits all plugins: no plugin in %s can be used; name another folder with --plugins-dir\n", cfg.Engine.Plugins)
		text, err := config.Schema()
		return text, internal(err)
	}
	text, unchecked, err := config.SchemaWith(good)
	for _, why := range unchecked {
		_, _ = fmt.Fprintln(p.Stderr, "ocrmux:", why)
	}
	return text, internal(err)
}
