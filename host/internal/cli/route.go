package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/route"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) routeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "route", Short: "Show how routes choose providers", Args: needsCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.routeExplainCommand())
	return cmd
}

func (p *Program) routeExplainCommand() *cobra.Command {
	var (
		name, side string
		asJSON     bool
		request    engine.Request
		needs      needFlags
	)
	cmd := &cobra.Command{
		Use:     "explain",
		Short:   "Show the order in which a route would ask its providers now, their prices, and why some would not be asked; calls no provider",
		Example: "  ocrmux route explain --route default --side back",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if side != "" {
				if err := request.Side.UnmarshalText([]byte(side)); err != nil {
					return usage(fmt.Errorf("--side is %q; write front or back", side))
				}
			}
			needs.of(&request)
			e, cfg, err := p.open(cmd, slog.LevelWarn, shownState)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
			ranking, ok := e.Explain(name, request)
			if !ok {
				known := slices.Sorted(maps.Keys(cfg.Engine.Routes))
				if !slices.Contains(known, engine.DefaultRoute) {
					known = append(known, engine.DefaultRoute)
				}
				return usage(fmt.Errorf("there is no route %q; the routes are %q", name, known))
			}
			if asJSON {
				return internal(writeJSON(p.Stdout, ranking))
			}
			_, err = io.WriteString(p.Stdout, rankingTable(ranking).String())
			return internal(err)
		},
	}
	configFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&name, "route", engine.DefaultRoute, "`name` of the route")
	flags.StringVar(&side, "side", "", "side of the request: front or back")
	needs.add(flags)
	flags.BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}

// rankingTable lists the providers in order.
func rankingTable(r engine.Ranking) *terminal.Table {
	t := &terminal.Table{}
	t.Add("", "PROVIDER", "PRICE", "TYPICAL", "SLOW", "BREAKER", "")
	place := 0
	for _, x := range r.Providers {
		at := "-"
		if x.Ready {
			place++
			at = fmt.Sprintf("%d", place)
		}
		price := x.Price.String()
		if x.Price > 0 {
			price += " " + string(r.Currency)
		}
		t.Add(at, x.Provider, price, millis(x.TypicalMs), millis(x.SlowMs), x.Breaker, rankedWhy(r.Policy, x))
	}
	return t
}

func rankedWhy(policy route.Policy, x route.ProviderStatus) string {
	var why []string
	if !x.Why.IsZero() {
		why = append(why, x.Why.String())
	}
	if policy == route.Weighted {
		why = append(why, fmt.Sprintf("%.0f %% of the weight", 100*x.Share))
	}
	if !x.PriceSource.IsZero() {
		why = append(why, x.PriceSource.String())
	}
	return strings.Join(why, "; ")
}

func millis(ms int64) string {
	if ms == 0 {
		return ""
	}
	return (time.Duration(ms) * time.Millisecond).String()
}
