package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) doctorCommand() *cobra.Command {
	var asJSON bool
	var c doctor.Case
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Examine configuration, plugins, network, state and machine, without any call that costs money",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := p.examine(cmd.Context(), cmd, c)
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(p.Stdout, r)
			} else {
				_, err = io.WriteString(p.Stdout, findingTable(r.Findings).String())
			}
			if err != nil {
				return internal(err)
			}
			if r.State == doctor.Bad {
				return &exitError{status: StatusUsage}
			}
			return nil
		},
	}
	configFlags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one object as JSON")
	cmd.Flags().BoolVar(&c.Online, "online", false, "send a HEAD of / to each vendor's host, to compare the clocks")
	cmd.Flags().StringVarP(&c.Provider, "provider", "p", "", "examine this `provider` only: its plugin, secrets, hosts and the clock")
	return cmd
}

// examine loads the configuration and examines it.
func (p *Program) examine(ctx context.Context, cmd *cobra.Command, c doctor.Case) (doctor.Report, error) {
	src, err := p.sources(cmd)
	if err != nil {
		return doctor.Report{}, err
	}
	cfg, err := config.Load(src)
	if err != nil {
		return doctor.Refused(err), nil
	}
	if _, there := cfg.Engine.Providers[c.Provider]; c.Provider != "" && !there && len(cfg.Engine.Providers) > 0 {
		return doctor.Report{}, usage(fmt.Errorf("there is no provider %q in the configuration; see ocrmux providers", c.Provider))
	}
	quiet := slog.New(slog.DiscardHandler)                                            // failures are findings, not log lines
	byDefault := cfg.State == nil && !cfg.File.State.InMemory && p.UserStateDir != "" // as serve does
	if byDefault {
		cfg.State = cfg.StateIn(filepath.Join(p.UserStateDir, "ocrmux"))
	}
	c.Config, c.DefaultState = cfg, byDefault
	c.Runtimes = func() ([]engine.Runtime, error) {
		modules, err := p.newWASM(cfg.WASM, quiet)
		if err != nil {
			return nil, err
		}
		programs := cfg.Process
		programs.Logger = quiet
		return []engine.Runtime{modules, process.New(programs), declarative.New()}, nil
	}
	r := doctor.Examine(ctx, c)
	return r, ctx.Err()
}

func findingTable(findings []doctor.Finding) *terminal.Table {
	t := &terminal.Table{}
	for _, f := range findings {
		texts := []string{f.Detail.String()}
		if !f.Help.IsZero() {
			texts = append(texts, f.Help.String())
		}
		t.Add(strings.ReplaceAll(string(f.State), "_", " "), f.Check, f.Subject, strings.Join(texts, "; "))
	}
	return t
}
