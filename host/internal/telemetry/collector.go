package telemetry

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/egress"
)

const (
	// exportTimeout is how long the collector may take for one request.
	exportTimeout = 10 * time.Second
	// maxCertificateBytes limits a file of certificates or a key.
	maxCertificateBytes = 1 << 20
)

// collectorClient returns a client that reaches the collector and nothing else: it follows no redirect.
func collectorClient(target string) (*http.Client, error) {
	policy, err := egress.NewPolicy(egress.PolicyConfig{Operator: []string{target}, AllowPlainHTTP: strings.HasPrefix(target, "http:")})
	if err != nil {
		return nil, err
	}
	secure, err := collectorTLS()
	if err != nil {
		return nil, err
	}
	return egress.NewHTTPClient(policy, egress.GuardConfig{Timeout: exportTimeout, NoRedirects: true, TLS: secure}), nil
}

// collectorTLS reads the certificates that the variables of OTLP's specification name.
func collectorTLS() (*tls.Config, error) {
	read := func(suffix string) ([]byte, error) {
		path := cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_"+suffix), os.Getenv("OTEL_EXPORTER_OTLP_"+suffix))
		if path == "" {
			return nil, nil
		}
		text, err := boundedread.File(path, maxCertificateBytes)
		if err != nil {
			return nil, fmt.Errorf("the file that OTEL_EXPORTER_OTLP_%s names cannot be read: %w", suffix, boundedread.WithoutPath(err))
		}
		return text, nil
	}
	authorities, err := read("CERTIFICATE")
	if err != nil {
		return nil, err
	}
	certificate, err := read("CLIENT_CERTIFICATE")
	if err != nil {
		return nil, err
	}
	key, err := read("CLIENT_KEY")
	if err != nil {
		return nil, err
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if authorities != nil {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(authorities) {
			return nil, fmt.Errorf("the file that OTEL_EXPORTER_OTLP_CERTIFICATE names holds no certificate in PEM")
		}
	}
	if certificate != nil || key != nil {
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}
