package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Limits of the server.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 60 * time.Second
	// writeTime is how long an answer may take to be sent, beyond the time in which the request was read and served.
	writeTime   = 30 * time.Second
	idleTimeout = 2 * time.Minute
	// drainTimeout is how long requests that are being served may take once the server is told to stop.
	drainTimeout = 30 * time.Second
	headerBytes  = 64 << 10
	// pictureHeaderBytes is for vendors whose clients send the picture in the query string.
	pictureHeaderBytes = 16 << 20
)

// Server serves one engine. Make it with New. It is safe for concurrent use.
type Server struct {
	engine  *engine.Engine
	service *service.Service
	cfg     Config
	http    http.Server
	mux     *http.ServeMux                // the API and health
	doors   atomic.Pointer[http.ServeMux] // the front doors
	health  map[string]bool               // patterns that are served at any load
	taken   map[string]string             // patterns of mux
	guard   atomic.Pointer[access.Guard]
	gate    *gate
}

// New mounts the HTTP API, and the front doors of the given plugins at their vendors' own paths. It fails when two want the same path,
// when a plugin has no open door, and when there is no randomness.
func New(e *engine.Engine, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{engine: e, service: &service.Service{Engine: e, Now: cfg.Now}, cfg: cfg, mux: http.NewServeMux(), health: make(map[string]bool), taken: make(map[string]string), gate: newGate(cfg.MaxRequests, cfg.Queue)}
	s.SetTenants(cfg.Tenants)
	for pattern, handler := range map[string]http.HandlerFunc{"GET /healthz": s.healthy, "GET /readyz": s.ready} {
		s.mux.HandleFunc(pattern, handler)
		s.health[pattern], s.taken[pattern] = true, "the server"
	}
	patterns, err := s.mountAPI()
	if err != nil {
		return nil, err
	}
	if !cfg.NoConsole {
		console, err := s.mountConsole()
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, console...)
	}
	for _, pattern := range patterns {
		s.taken[pattern] = "the server"
	}
	if err := s.SetDoors(cfg.Doors); err != nil {
		return nil, err
	}
	limit := headerBytes
	if len(cfg.Doors) > 0 {
		limit = pictureHeaderBytes // one of them, now or after a reload, may be asked with the picture in the query
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

// SetDoors replaces the front doors for the requests to come, by their plugins. It fails, and changes nothing, when two want the same
// path, or when a plugin has no open door.
func (s *Server) SetDoors(plugins []string) error {
	mux, taken := http.NewServeMux(), maps.Clone(s.taken)
	for _, plugin := range slices.Sorted(slices.Values(plugins)) {
		door := s.engine.Door(plugin)
		if door == nil {
			return fmt.Errorf("the plugin %q has no open front door", plugin)
		}
		for _, p := range door.Paths() {
			pattern := p.Method + " " + p.Path
			if other, twice := taken[pattern]; twice {
				return fmt.Errorf("%s and %s both want %s", other, plugin, pattern)
			}
			taken[pattern] = plugin
			mux.Handle(pattern, door)
			if p.Method == http.MethodGet {
				mux.HandleFunc(http.MethodHead+" "+p.Path, noHead)
			}
		}
	}
	s.doors.Store(mux)
	return nil
}

// handler is the mux that serves a request, and the pattern there. What none has is for the one that knows the path with another method.
func (s *Server) handler(r *http.Request) (mux *http.ServeMux, pattern string) {
	if _, pattern = s.mux.Handler(r); pattern != "" || strings.HasPrefix(r.URL.Path, apiPrefix) {
		return s.mux, pattern
	}
	doors := s.doors.Load()
	if _, pattern = doors.Handler(r); pattern != "" {
		return doors, pattern
	}
	answer := &unsent{header: make(http.Header)}
	if s.mux.ServeHTTP(answer, r); answer.status == http.StatusMethodNotAllowed {
		return s.mux, ""
	}
	return doors, ""
}

// SetTenants replaces the tenants for the requests to come; their rates and numbers of requests at once are counted anew.
func (s *Server) SetTenants(tenants []access.Config) { s.guard.Store(access.New(tenants, s.cfg.Now)) }

// Open reports whether there are no tenants, so that everybody who reaches the server is admin.
func (s *Server) Open() bool { return s.guard.Load().Open() }

// Serve answers on a listener until ctx ends, then lets running requests finish. Those that take too long for that are cut
// off, and Serve says so.
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
	s.cfg.Logger.Info("stopping: requests that are being served may finish", "for", drainTimeout)
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
