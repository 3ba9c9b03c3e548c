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
)

// healthTimeout is how long a server that lives may take to say so.
const healthTimeout = 3 * time.Second

func (p *Program) healthcheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "healthcheck [URL]",
		Short: "Ask a server on this machine whether it lives, for containers, which have no other program to ask with",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return healthy(cmd.Context(), args[0])
			}
			src, err := p.sources(cmd)
			if err != nil {
				return err
			}
			cfg, err := config.LoadPlugins(src) // no secret is needed
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
				host = "127.0.0.1" // one of the machine's addresses, whatever their number
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

// healthy is an error with the status 1 unless the server answers 200.
func healthy(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return usage(err)
	}
	// No proxy, and no name to compare a certificate with: nothing is sent, and only the status counts.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	answer, err := client.Do(req)
	if err != nil {
		return internal(err)
	}
	_ = answer.Body.Close() // the status says it all
	if answer.StatusCode != http.StatusOK {
		return internal(fmt.Errorf("%s answers %s", url, answer.Status))
	}
	return nil
}
