package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// maxPEMBytes limits a file of certificates or a key.
const maxPEMBytes = 4 << 20

// TLS names the files of the listener's certificate. Changed files are read again. If they cannot be used, the previous certificate
// stays.
type TLS struct {
	// Cert and Key are PEM files: the certificate with its intermediate certificates, and its private key.
	Cert, Key string
	// ClientCA is a PEM file with the authorities of clients' certificates. Empty means that clients are not asked for certificates.
	ClientCA string
}

// config returns the configuration of a listener. It fails if a file cannot be used.
func (t *TLS) config(logger *slog.Logger) (*tls.Config, error) {
	k := &keeper{files: *t, logger: logger}
	if err := k.load(k.changed()); err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return k.current(), nil },
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &k.current().Certificates[0], nil // not called: GetConfigForClient always returns a configuration
		},
	}, nil
}

// keeper holds the configuration that was made from the files.
type keeper struct {
	files  TLS
	logger *slog.Logger

	mu   sync.Mutex
	seen [3]time.Time // modification times of the files
	now  *tls.Config
}

// changed returns the modification times of the files.
func (k *keeper) changed() (times [3]time.Time) {
	for i, name := range []string{k.files.Cert, k.files.Key, k.files.ClientCA} {
		if info, err := os.Stat(name); err == nil {
			times[i] = info.ModTime()
		}
	}
	return times
}

// current returns the configuration for one handshake.
func (k *keeper) current() *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	if times := k.changed(); times != k.seen {
		if err := k.load(times); err != nil {
			k.seen = times // logged once
			k.logger.Error("the changed certificate cannot be used; keeping the previous one", "error", err)
		} else {
			k.logger.Info("using the changed certificate")
		}
	}
	return k.now
}

// load reads the files.
func (k *keeper) load(times [3]time.Time) error {
	text, err := boundedread.File(k.files.Cert, maxPEMBytes)
	if err != nil {
		return fmt.Errorf("read the certificate of the server: %w", err)
	}
	key, err := boundedread.File(k.files.Key, maxPEMBytes)
	if err != nil {
		return fmt.Errorf("read the key of the server's certificate: %w", err)
	}
	certificate, err := tls.X509KeyPair(text, key)
	if err != nil {
		return fmt.Errorf("load the certificate of the server: %w", err)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{certificate}}
	if k.files.ClientCA != "" {
		text, err := boundedread.File(k.files.ClientCA, maxPEMBytes)
		if err != nil {
			return fmt.Errorf("read the authorities of clients' certificates: %w", err)
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
		if !c.ClientCAs.AppendCertsFromPEM(text) {
			return errors.New("the file of clients' authorities contains no PEM certificate")
		}
	}
	k.seen, k.now = times, c
	return nil
}
