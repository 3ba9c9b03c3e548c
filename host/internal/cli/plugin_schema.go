package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a provider file, NAME.provider.yaml, for editors",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			text, err := declarative.Schema()
			if err != nil {
				return internal(err)
			}
			_, err = fmt.Fprintf(terminal.NewJSONWriter(p.Stdout), "%s\n", text)
			return internal(err)
		},
	}
}
