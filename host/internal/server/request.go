package server

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/console"
	"github.com/ocrmux/ocrmux/internal/message"
)

// requestState is the state of a request while it is served.
type requestState struct {
	http.ResponseWriter
	tenant *access.Tenant // nil until it is known
	status int            // 0 until it is written
}

type stateKey struct{}

// stateOf returns the state of a request that ServeHTTP serves.
func stateOf(ctx context.Context) *requestState { return ctx.Value(stateKey{}).(*requestState) }

// Unwrap returns the writer that http.ResponseController needs.
func (q *requestState) Unwrap() http.ResponseWriter { return q.ResponseWriter }

func (q *requestState) WriteHeader(status int) {
	if q.status == 0 && status >= http.StatusOK {
		q.status = status
	}
	q.ResponseWriter.WriteHeader(status)
}

func (q *requestState) Write(b []byte) (int, error) {
	if q.status == 0 {
		q.status = http.StatusOK
	}
	return q.ResponseWriter.Write(b)
}

// ServeHTTP serves one request, waiting for its turn if the server is busy, and logs one line about it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := s.cfg.Now()
	state := &requestState{ResponseWriter: w}
	r = r.WithContext(context.WithValue(r.Context(), stateKey{}, state))
	mux, pattern := s.handler(r)
	health := s.health[pattern]
	defer func() {
		if p := recover(); p != nil {
			s.recovered(state, r, p)
		}
		level := slog.LevelInfo
		if health {
			level = slog.LevelDebug
		}
		attrs := []slog.Attr{
			slog.String("method", method(r.Method)), slog.String("route", routeOf(pattern)), slog.Int("status", state.status),
			slog.Int64("duration_ms", s.cfg.Now().Sub(began).Milliseconds()),
		}
		if state.tenant != nil && state.tenant.Name() != "" {
			attrs = append(attrs, slog.String("tenant", state.tenant.Name()))
		}
		s.cfg.Logger.LogAttrs(r.Context(), level, "request", attrs...)
	}()
	if !health {
		leave, err := s.gate.enter(r.Context())
		if err != nil {
			refusalProblem(err).write(state)
			return
		}
		defer leave()
	}
	if pattern == "" {
		s.notFound(state, r, mux)
		return
	}
	mux.ServeHTTP(state, r)
}

// recovered answers for a handler that panicked. It does not log the panic's value, which may hold parts of the request.
func (s *Server) recovered(state *requestState, r *http.Request, with any) {
	if with != http.ErrAbortHandler {
		s.cfg.Logger.ErrorContext(r.Context(), "a request could not be served", "stack", string(debug.Stack()))
	}
	if state.status == 0 {
		internalProblem().write(state)
	}
}

// notFound answers that a mux does not have the path, or not with this method: with a page below the console's folder, otherwise with a
// problem.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	answer := &unsent{header: make(http.Header)}
	mux.ServeHTTP(answer, r)
	status, code := http.StatusNotFound, message.RefusedNoPath
	if answer.status == http.StatusMethodNotAllowed {
		status, code = answer.status, message.RefusedMethod
		w.Header()["Allow"] = answer.header["Allow"]
	}
	if s.console != nil && strings.HasPrefix(r.URL.Path, console.Folder) {
		s.console.NotFound(w, r, status)
		return
	}
	callerFault(status, message.New(code)).write(w)
}

// unsent is an answer of which only the status and the headers are kept.
type unsent struct {
	header http.Header
	status int
}

func (u *unsent) Header() http.Header         { return u.header }
func (u *unsent) WriteHeader(status int)      { u.status = status }
func (u *unsent) Write(b []byte) (int, error) { return len(b), nil }

// routeOf returns the path of a pattern, empty if no pattern matched.
func routeOf(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}

// method returns a method's name, or "other": clients can send any text.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "other"
}
