package server

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/access"
)

// visit is what is known of a request while it is served.
type visit struct {
	http.ResponseWriter
	tenant *access.Tenant // nil until it is known
	status int            // 0 until it is written
}

type visitKey struct{}

// visitOf is the visit of a request that ServeHTTP has let in.
func visitOf(ctx context.Context) *visit { return ctx.Value(visitKey{}).(*visit) }

// Unwrap lets http.ResponseController reach the connection.
func (v *visit) Unwrap() http.ResponseWriter { return v.ResponseWriter }

func (v *visit) WriteHeader(status int) {
	if v.status == 0 && status >= http.StatusOK {
		v.status = status
	}
	v.ResponseWriter.WriteHeader(status)
}

func (v *visit) Write(b []byte) (int, error) {
	if v.status == 0 {
		v.status = http.StatusOK
	}
	return v.ResponseWriter.Write(b)
}

// ServeHTTP serves one request when its turn has come, and logs that it was there.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := s.cfg.Now()
	v := &visit{ResponseWriter: w}
	r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
	mux, pattern := s.handler(r)
	health := s.health[pattern]
	defer func() {
		if p := recover(); p != nil {
			s.fell(v, r, p)
		}
		level := slog.LevelInfo
		if health {
			level = slog.LevelDebug
		}
		attrs := []slog.Attr{
			slog.String("method", method(r.Method)), slog.String("route", routeOf(pattern)), slog.Int("status", v.status),
			slog.Int64("duration_ms", s.cfg.Now().Sub(began).Milliseconds()),
		}
		if v.tenant != nil && v.tenant.Name() != "" {
			attrs = append(attrs, slog.String("tenant", v.tenant.Name()))
		}
		s.cfg.Logger.LogAttrs(r.Context(), level, "request", attrs...)
	}()
	if !health {
		leave, err := s.gate.enter(r.Context())
		if err != nil {
			refused(err).write(v)
			return
		}
		defer leave()
	}
	if pattern == "" && strings.HasPrefix(r.URL.Path, apiPrefix) {
		s.nothing(v, r)
		return
	}
	mux.ServeHTTP(v, r)
}

// fell answers for a handler that panicked. What it panicked with is not logged: it may hold what was sent.
func (s *Server) fell(v *visit, r *http.Request, with any) {
	if with != http.ErrAbortHandler {
		s.cfg.Logger.ErrorContext(r.Context(), "a request could not be served", "stack", string(debug.Stack()))
	}
	if v.status == 0 {
		internalProblem().write(v)
	}
}

// nothing says in the API's words that there is no such path, or not with this method.
func (s *Server) nothing(w http.ResponseWriter, r *http.Request) {
	answer := &unsent{header: w.Header()}
	s.mux.ServeHTTP(answer, r)
	reason := "there is nothing at this address; see /docs"
	if answer.status == http.StatusMethodNotAllowed {
		reason = "this address does not take the method; see the header Allow"
	}
	callerFault(answer.status, reason).write(w)
}

// unsent is an answer of which only the status and headers count.
type unsent struct {
	header http.Header
	status int
}

func (u *unsent) Header() http.Header         { return u.header }
func (u *unsent) WriteHeader(status int)      { u.status = status }
func (u *unsent) Write(b []byte) (int, error) { return len(b), nil }

// routeOf is the path of a pattern; what matches none has no name of ours.
func routeOf(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return pattern
}

// method is a method's name, where it is one: a client can send any text.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "other"
}
