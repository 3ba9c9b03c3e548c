package cli

import (
	"crypto/rand"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/access"
)

func (p *Program) keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Make keys for the HTTP API", Args: needsCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.keyNewCommand())
	return cmd
}

func (p *Program) keyNewCommand() *cobra.Command {
	var tenant string
	cmd := &cobra.Command{
		Use:     "new",
		Short:   "Print a new key, once, and the line of the configuration that lets it in",
		Long:    "Prints a new key of 256 random bits and the line of the configuration that lets it in. The configuration holds the key's hash only:\nwhoever reads it cannot call, and a key that is lost cannot be had back.",
		Example: "  ocrmux key new --tenant bank",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			key, err := access.NewKey(rand.Reader)
			if err != nil {
				return internal(err)
			}
			_, err = fmt.Fprintf(p.Stdout, "%s\n\nThis is the only time that the key is shown. In the configuration:\n\ntenants:\n  %s: {keys: [%q]}\n", key, tenant, access.Hash(key))
			return internal(err)
		},
	}
	cmd.Flags().StringVar(&tenant, "tenant", "NAME", "`name` of the tenant, for the line")
	return cmd
}
