package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/server"
)

const defaultListen = "127.0.0.1:8080"

func (p *Program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer as the vendors of the configured front doors, until interrupted",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			e, cfg, err := p.open(cmd, slog.LevelWarn, servedState)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
			s, err := server.New(e.Engine, slices.Sorted(maps.Keys(cfg.File.FrontDoors)), p.logger(cfg.File.Log, slog.LevelWarn))
			if err != nil {
				return usage(err)
			}
			address := string(cfg.File.Server.Listen)
			if address == "" {
				address = defaultListen
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return usage(fmt.Errorf("cannot listen on %s: %w", address, err))
			}
			if _, err := fmt.Fprintf(p.Stdout, "listening on http://%s\n", listener.Addr()); err != nil {
				return internal(err)
			}
			return internal(s.Serve(cmd.Context(), listener))
		},
	}
	configFlags(cmd)
	return cmd
}
