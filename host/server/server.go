// Package server answers HTTP in front of an engine: the vendors' front doors, and health.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/catalog"
)

// Limits of the server.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	// drainTimeout is how long requests that are being served may take once the server is told to stop.
	drainTimeout = 30 * time.Second
	headerBytes  = 64 << 10
	// pictureHeaderBytes is for vendors whose clients send the picture in the query string.
	pictureHeaderBytes = 16 << 20
)

// Server serves one engine. Make it with New.
type Server struct {
	engine *engine.Engine
	http   http.Server
	logger *slog.Logger
}

// New mounts the front doors of the given plugins at their vendors' own paths. It fails when two want the same path or
// when a plugin has no open door.
func New(e *engine.Engine, doors []string, logger *slog.Logger) (*Server, error) {
	s := &Server{engine: e, logger: logger}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.healthy)
	mux.HandleFunc("GET /readyz", s.ready)
	limit := headerBytes
	taken := map[string]string{"GET /healthz": "the server", "GET /readyz": "the server"}
	for _, plugin := range slices.Sorted(slices.Values(doors)) {
		door := e.Door(plugin)
		if door == nil {
			return nil, fmt.Errorf("the plugin %q has no open front door", plugin)
		}
		for _, p := range door.Paths() {
			pattern := p.Method + " " + p.Path
			if other, twice := taken[pattern]; twice {
				return nil, fmt.Errorf("%s and %s both want %s", other, plugin, pattern)
			}
			taken[pattern] = plugin
			mux.Handle(pattern, door)
			if p.Method == http.MethodGet {
				limit = pictureHeaderBytes
				mux.HandleFunc(http.MethodHead+" "+p.Path, noHead)
			}
		}
	}
	s.http = http.Server{
		Handler: mux, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: limit,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Serve answers on a listener until ctx ends, then lets running requests finish. Those that take too long for that are cut
// off, and Serve says so.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	stopped := make(chan error, 1)
	go func() { stopped <- s.http.Serve(l) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	s.logger.Info("stopping: requests that are being served may finish", "for", drainTimeout)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	err := s.http.Shutdown(drain)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests did not end within %s and were cut off: %w", drainTimeout, err), s.http.Close())
	}
	if serveErr := <-stopped; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// noHead keeps the mux from taking a HEAD for a GET: a card would be read, perhaps paid for, and not be told.
func noHead(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }

// healthy says that the process lives.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // a client that is gone does not matter
}

// ready says whether at least one provider can be asked.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	for _, p := range s.engine.Providers() {
		if p.State == catalog.Ready {
			s.healthy(w, nil)
			return
		}
	}
	http.Error(w, "no provider is ready", http.StatusServiceUnavailable)
}
