package jetstream

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/nats-io/nats-server/v2/server"
)

// embedded is a NATS server in this process, with the lock on its folder.
type embedded struct {
	server *server.Server
	lock   *os.File
}

// startEmbedded starts the server. cfg must be completed.
func startEmbedded(cfg Config) (*embedded, error) {
	held, err := lock(cfg.Dir)
	if err != nil {
		return nil, err
	}
	srv, err := server.NewServer(&server.Options{
		ServerName:             cfg.Name,
		DontListen:             true,
		NoSigs:                 true,
		DisableJetStreamBanner: true,
		JetStream:              true,
		StoreDir:               cfg.Dir,
		SyncInterval:           SyncInterval,
		JetStreamMaxMemory:     32 << 20, // for consumers; no stream is in memory
		JetStreamMaxStore:      cfg.MaxLedgerBytes + cfg.MaxStateBytes,
	})
	if err != nil {
		held.Close()
		return nil, fmt.Errorf("store: start a NATS server on %s: %w", cfg.Dir, err)
	}
	log := &serverLog{to: cfg.Logger}
	srv.SetLoggerV2(log, false, false, false)
	e := &embedded{server: srv, lock: held}
	srv.Start() // returns after it has read the files of the folder
	if !srv.ReadyForConnections(cfg.Timeout) || !srv.JetStreamEnabled() {
		e.stop()
		return nil, fmt.Errorf("store: start a NATS server on %s: %s", cfg.Dir, log.whyNot())
	}
	return e, nil
}

func (e *embedded) stop() {
	e.server.Shutdown()
	e.server.WaitForShutdown()
	e.lock.Close()
}

// serverLog passes on the log of the server. Its notices are about normal operation, so they become debug messages.
type serverLog struct {
	to    *slog.Logger
	fatal atomic.Pointer[string]
}

// whyNot returns why the server did not start.
func (l *serverLog) whyNot() string {
	if why := l.fatal.Load(); why != nil {
		return *why
	}
	return "it does not say why"
}

func (l *serverLog) log(level slog.Level, format string, v []any) {
	if ctx := context.Background(); l.to.Enabled(ctx, level) {
		l.to.Log(ctx, level, "nats server: "+fmt.Sprintf(format, v...))
	}
}

func (l *serverLog) Noticef(format string, v ...any) { l.log(slog.LevelDebug, format, v) }
func (l *serverLog) Warnf(format string, v ...any)   { l.log(slog.LevelWarn, format, v) }
func (l *serverLog) Errorf(format string, v ...any)  { l.log(slog.LevelError, format, v) }
func (l *serverLog) Debugf(string, ...any)           {}
func (l *serverLog) Tracef(string, ...any)           {}

// Fatalf remembers why the server cannot start. It does not end the process.
func (l *serverLog) Fatalf(format string, v ...any) {
	why := fmt.Sprintf(format, v...)
	l.fatal.Store(&why)
	l.log(slog.LevelError, format, v)
}
