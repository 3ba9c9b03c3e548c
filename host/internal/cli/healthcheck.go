package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/egress"
)

// healthTimeout is how long a healthy server may take to answer.
const healthTimeout = 3 * time.Second

func (p *Program) healthcheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "healthcheck [URL]",
		Short: "Check that a server on this machine is alive; for containers, which have no other client",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return healthy(cmd.Context(), args[0])
			}
			src, err := p.sources(cmd)
			if err != nil {
				return err
			}
			cfg, err := config.LoadPlugins(src) // needs no secrets
			if err != nil {
				return usage(err)
			}
			address := string(cfg.File.Server.Listen)
			if address == "" {
				address = config.DefaultListen
			}
			host, port, err := net.SplitHostPort(address)
			if err != nil {
				return usage(fmt.Errorf("server.listen: %w", err))
			}
			if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
				host = "127.0.0.1" // the server listens on all addresses
			}
			scheme := "http://"
			if cfg.File.Server.TLS.Cert != "" {
				scheme = "https://"
			}
			return healthy(cmd.Context(), scheme+net.JoinHostPort(host, port)+"/healthz")
		},
	}
	configFlags(cmd)
	return cmd
}

// healthy returns an error with status 1 unless the server answers 200.
func healthy(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return usage(err)
	}
	policy, err := egress.NewPolicy(egress.PolicyConfig{Operator: []string{url}, AllowPlainHTTP: true})
	if err != nil {
		return usage(err)
	}
	// No check of the certificate: the request holds nothing secret, and only the status matters.
	client := egress.NewHTTPClient(policy, egress.GuardConfig{NoRedirects: true, TLS: &tls.Config{InsecureSkipVerify: true}})
	answer, err := client.Do(req)
	if err != nil {
		return internal(err)
	}
	_ = answer.Body.Close() // only the status matters
	if answer.StatusCode != http.StatusOK {
		return internal(fmt.Errorf("%s answers %s", url, answer.Status))
	}
	return nil
}
