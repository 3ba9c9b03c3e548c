package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/console"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Limits of the server.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 60 * time.Second
	// writeTime is how long sending an answer may take, after the request was read and served.
	writeTime   = 30 * time.Second
	idleTimeout = 2 * time.Minute
	// drainTimeout is how long running requests may take after the server is asked to stop.
	drainTimeout = 30 * time.Second
	headerBytes  = 64 << 10
	// pictureHeaderBytes is for front doors whose clients send the picture in the query.
	pictureHeaderBytes = 16 << 20
)

// Server serves one engine. Create it with New. It is safe for concurrent use.
type Server struct {
	engine  *engine.Engine
	service *service.Service
	cfg     Config
	http    http.Server
	mux     *http.ServeMux   // the API, the console and health
	console *console.Console // nil without a console
	doors   atomic.Pointer[doorMux]
	health  map[string]bool // patterns that are served at any load
	taken   map[string]bool // patterns of mux
	guard   atomic.Pointer[access.Guard]
	gate    *gate
}

// New returns a server for the HTTP API, and for the open front doors of the engine at their vendors' own paths. It fails if a front
// door has a path of the server, if the TLS files cannot be used, and if there are no random bytes.
func New(e *engine.Engine, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{engine: e, service: &service.Service{Engine: e, Now: cfg.Now}, cfg: cfg, mux: http.NewServeMux(), health: make(map[string]bool), taken: make(map[string]bool), gate: newGate(cfg.MaxRequests, cfg.Queue)}
	s.SetTenants(cfg.Tenants)
	for pattern, handler := range map[string]http.HandlerFunc{"GET /healthz": s.healthy, "GET /readyz": s.ready} {
		s.mux.HandleFunc(pattern, handler)
		s.health[pattern], s.taken[pattern] = true, true
	}
	patterns, err := s.mountAPI()
	if err != nil {
		return nil, err
	}
	if !cfg.NoConsole {
		pages, err := s.mountConsole()
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, pages...)
	}
	for _, pattern := range patterns {
		s.taken[pattern] = true
	}
	if err := s.FollowDoors(); err != nil {
		return nil, err
	}
	limit := headerBytes
	if len(e.Doors()) > 0 {
		limit = pictureHeaderBytes // clients of a front door may send the picture in the query
	}
	s.http = http.Server{
		Handler: s, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: limit,
		WriteTimeout: readTimeout + queueTime + cfg.CallTimeout + writeTime,
		ErrorLog:     slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
	}
	if cfg.TLS != nil {
		if s.http.TLSConfig, err = cfg.TLS.config(cfg.Logger); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// handler returns the mux that serves a request, and its pattern there. If no pattern matches, it returns the mux that knows the path
// with another method.
func (s *Server) handler(r *http.Request) (mux *http.ServeMux, pattern string) {
	if _, pattern = s.mux.Handler(r); pattern != "" || strings.HasPrefix(r.URL.Path, apiPrefix) {
		return s.mux, pattern
	}
	doors := s.openDoors()
	if _, pattern = doors.Handler(r); pattern != "" {
		return doors.ServeMux, pattern
	}
	answer := &unsent{header: make(http.Header)}
	if s.mux.ServeHTTP(answer, r); answer.status == http.StatusMethodNotAllowed {
		return s.mux, ""
	}
	return doors.ServeMux, ""
}

// SetTenants replaces the tenants for later requests. Their rates and concurrent requests are counted from zero.
func (s *Server) SetTenants(tenants []access.Config) {
	guard := access.New(tenants, s.cfg.Now)
	guard.Authenticate = s.cfg.Authenticate
	s.guard.Store(guard)
}

// Open reports whether there are no tenants, so that every caller is an admin.
func (s *Server) Open() bool { return s.guard.Load().Open() }

// Serve serves requests from a listener until ctx ends. Then it waits for running requests, and returns an error if it had to cut off
// some of them after 30 seconds.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	stopped := make(chan error, 1)
	go func() {
		if s.http.TLSConfig != nil {
			stopped <- s.http.ServeTLS(l, "", "") // the configuration has the certificate
			return
		}
		stopped <- s.http.Serve(l)
	}()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	s.cfg.Logger.Info("stopping; waiting for running requests", "timeout", drainTimeout)
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

// healthy reports that the process is alive.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // an error means that the client is gone
}

// ready reports whether at least one provider can be asked.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	for _, p := range s.engine.Providers() {
		if p.State == catalog.Ready {
			s.healthy(w, nil)
			return
		}
	}
	http.Error(w, "no provider is ready", http.StatusServiceUnavailable)
}
