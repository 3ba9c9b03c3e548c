package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) providersCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "providers",
		Short: "List providers and plugins, and why some cannot be used",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			e, cfg, err := p.open(cmd, slog.LevelWarn, withoutState)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
			infos := e.Providers()
			if asJSON {
				return internal(writeJSON(p.Stdout, infos))
			}
			if len(infos) == 0 {
				_, err := fmt.Fprintf(p.Stdout, "there is no plugin in %s\n", cfg.Engine.Plugins)
				return internal(err)
			}
			_, err = io.WriteString(p.Stdout, providerTable(infos).String())
			return internal(err)
		},
	}
	configFlags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a list as JSON")
	return cmd
}

func providerTable(infos []engine.ProviderInfo) *terminal.Table {
	t := &terminal.Table{}
	t.Add("NAME", "PLUGIN", "KIND", "VERSION", "ABI", "DOCUMENTS", "STATE", "")
	for _, i := range infos {
		var documents []string
		for _, d := range i.Documents {
			sides := make([]string, len(d.Sides))
			for n, s := range d.Sides {
				sides[n] = s.String()
			}
			documents = append(documents, strings.TrimSuffix(d.Document+" ("+strings.Join(sides, ", ")+")", " ()"))
		}
		t.Add(i.Name, i.Plugin, string(i.Kind), i.Version, i.ABI, strings.Join(documents, "; "), strings.ReplaceAll(string(i.State), "_", " "), i.Reason.String())
	}
	return t
}
