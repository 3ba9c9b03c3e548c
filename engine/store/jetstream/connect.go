package jetstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// connect returns a connection that is restored as long as the store is open.
func (s *Store) connect() (*nats.Conn, error) {
	options, err := s.cfg.Auth.options()
	if err != nil {
		return nil, err
	}
	options = append(options,
		nats.Name("ocrmux"),
		nats.Timeout(s.cfg.Timeout),
		nats.FlusherTimeout(s.cfg.Timeout),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250*time.Millisecond),
		nats.IgnoreAuthErrorAbort(), // a server that is being set up may not know its users yet
		nats.ReconnectHandler(func(*nats.Conn) {
			s.cfg.Logger.Info("connected to NATS again")
			s.back.send()
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if !s.closed.Load() {
				s.cfg.Logger.Warn("lost the connection to NATS, trying to restore it", "error", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			s.cfg.Logger.Warn("the connection to NATS has a problem", "error", err)
		}),
	)
	switch {
	case s.embedded != nil:
		options = append(options, nats.InProcessServer(s.embedded.server))
	case s.cfg.TLS != nil:
		options = append(options, nats.Secure(s.cfg.TLS))
	case s.cfg.encrypted():
		options = append(options, nats.Secure(&tls.Config{MinVersion: tls.VersionTLS12}))
	case !s.cfg.AllowPlaintext: // a server on this machine may name others of its cluster
		options = append(options, nats.SetCustomDialer(&net.Dialer{Timeout: s.cfg.Timeout, Control: onlyThisMachine}))
	}
	conn, err := nats.Connect(s.cfg.URL, options...)
	if err != nil {
		return nil, &store.UnavailableError{
			Doing: "connect to the NATS server " + s.cfg.Place(),
			Err:   fmt.Errorf("%w; it must run, be reachable and know this program", err),
		}
	}
	return conn, nil
}

// onlyThisMachine refuses to connect to an address of another machine.
func onlyThisMachine(_, address string, _ syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("%s is on another machine, and the connection is not encrypted", address)
	}
	return nil
}

// maxKeyBytes limits a file of credentials.
const maxKeyBytes = 64 << 10

func (a Auth) options() ([]nats.Option, error) {
	for field, file := range map[string]string{"Auth.CredentialsFile": a.CredentialsFile, "Auth.NKeySeedFile": a.NKeySeedFile} {
		if file == "" {
			continue
		}
		if _, err := boundedread.File(file, maxKeyBytes); err != nil { // NATS reads it again, without limits
			return nil, &ConfigError{field, fmt.Sprintf("it cannot be read: %v", boundedread.WithoutPath(err))}
		}
	}
	switch {
	case a.CredentialsFile != "":
		return []nats.Option{nats.UserCredentials(a.CredentialsFile)}, nil
	case a.NKeySeedFile != "":
		option, err := nats.NkeyOptionFromSeed(a.NKeySeedFile)
		if err != nil {
			return nil, &ConfigError{"Auth.NKeySeedFile", fmt.Sprintf("no NKey seed of a user can be read from it: %v", err)}
		}
		return []nats.Option{option}, nil
	case a.User != "":
		return []nats.Option{nats.UserInfo(a.User, a.Password)}, nil
	}
	return nil, nil
}

// provide makes or updates the bucket and the stream.
func (s *Store) provide(ctx context.Context) (err error) {
	values, ledger := s.cfg.Name+"-state", s.cfg.Name+"-ledger"
	valueCopies, err := s.replicas(ctx, "KV_"+values)
	if err != nil {
		return err
	}
	ledgerCopies, err := s.replicas(ctx, ledger)
	if err != nil {
		return err
	}
	s.values, err = s.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket:         values,
		Description:    "state of ocrmux routes",
		MaxValueSize:   store.MaxValueBytes + overhead,
		History:        1,
		MaxBytes:       s.cfg.MaxStateBytes,
		Storage:        jetstream.FileStorage,
		Replicas:       valueCopies,
		LimitMarkerTTL: markerAge,
	})
	if errors.Is(err, jetstream.ErrLimitMarkerTTLNotSupported) {
		return fmt.Errorf("the NATS server is too old: 2.11 or newer is needed: %w", err)
	}
	if err != nil {
		return err
	}
	s.ledger, err = s.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:        ledger,
		Description: "attempts of ocrmux routes",
		Subjects:    []string{s.cfg.Name + ".ledger.>"},
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      s.cfg.MaxLedgerAge,
		MaxBytes:    s.cfg.MaxLedgerBytes,
		MaxMsgSize:  store.MaxValueBytes + overhead,
		Storage:     jetstream.FileStorage,
		Replicas:    ledgerCopies,
	})
	return err
}

// replicas returns the configured number of copies, or else that of the stream.
func (s *Store) replicas(ctx context.Context, stream string) (int, error) {
	if s.cfg.Replicas != 0 {
		return s.cfg.Replicas, nil
	}
	present, err := s.js.Stream(ctx, stream)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return 1, nil
	case err != nil:
		return 0, err
	}
	return present.CachedInfo().Config.Replicas, nil
}

// broadcast wakes all who wait for its next event. Its zero value is ready.
type broadcast struct {
	mu   sync.Mutex
	next chan struct{}
}

// wait returns a channel that the next send closes.
func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
