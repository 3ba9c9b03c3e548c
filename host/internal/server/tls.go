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
)

// TLS names the files of the listener's certificate. They are read again when they have changed; one that is wrong then does not
// replace the one before.
type TLS struct {
	// Cert and Key are PEM files: the certificate with those that lead to its authority, and its private key.
	Cert, Key string
	// ClientCA is a PEM file with the authorities of clients' certificates; empty means that no client is asked for one.
	ClientCA string
}

// config makes the configuration of a listener. It fails when a file cannot be used.
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
			return &k.current().Certificates[0], nil // not asked: there is always a configuration for the client
		},
	}, nil
}

// keeper holds the configuration that the files make.
type keeper struct {
	files  TLS
	logger *slog.Logger

	mu   sync.Mutex
	seen [3]time.Time // when the files changed last
	now  *tls.Config
}

// changed are the times of the files.
func (k *keeper) changed() (times [3]time.Time) {
	for i, name := range []string{k.files.Cert, k.files.Key, k.files.ClientCA} {
		if info, err := os.Stat(name); err == nil {
			times[i] = info.ModTime()
		}
	}
	return times
}

// current is the configuration for one handshake.
func (k *keeper) current() *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	if times := k.changed(); times != k.seen {
		if err := k.load(times); err != nil {
			k.seen = times // said once
			k.logger.Error("the certificate has changed and cannot be used; the one before stays", "error", err)
		} else {
			k.logger.Info("the certificate has changed and is used")
		}
	}
	return k.now
}

// load reads the files.
func (k *keeper) load(times [3]time.Time) error {
	certificate, err := tls.LoadX509KeyPair(k.files.Cert, k.files.Key)
	if err != nil {
		return fmt.Errorf("the certificate of the server cannot be used: %w", err)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{certificate}}
	if k.files.ClientCA != "" {
		text, err := os.ReadFile(k.files.ClientCA)
		if err != nil {
			return fmt.Errorf("the authorities of clients' certificates cannot be read: %w", err)
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
		if !c.ClientCAs.AppendCertsFromPEM(text) {
			return errors.New("the file of clients' authorities holds no certificate in PEM")
		}
	}
	k.seen, k.now = times, c
	return nil
}
