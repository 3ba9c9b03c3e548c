package cli

import (
	"crypto/rand"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/access"
)

func (p *Program) keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Create keys for the HTTP API", Args: needsCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.keyNewCommand())
	return cmd
}

func (p *Program) keyNewCommand() *cobra.Command {
	var tenant string
	cmd := &cobra.Command{
		Use:     "new",
		Short:   "Print a new key, once, and the line of the configuration for it",
		Long:    "Prints a new key of 256 random bits and the line of the configuration for it. The configuration holds only the key's hash:\nits readers cannot use the key, and a lost key cannot be recovered.",
		Example: "  ocrmux key new --tenant bank",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			key, err := access.NewKey(rand.Reader)
			if err != nil {
				return internal(err)
			}
			_, err = fmt.Fprintf(p.Stdout, "%s\n\nThe key is not shown again. Add to the configuration:\n\ntenants:\n  %s: {keys: [%q]}\n", key, tenant, access.Hash(key))
			return internal(err)
		},
	}
	cmd.Flags().StringVar(&tenant, "tenant", "NAME", "`name` of the tenant in the line")
	return cmd
}
