package server

import (
	"net/http"
	"time"
)

// SetTimeouts sets the timeouts for slow clients. Call it before Serve.
func (s *Server) SetTimeouts(header, body time.Duration) {
	s.http.ReadHeaderTimeout, s.http.ReadTimeout = header, body
}

// Handle adds a handler. Call it before Serve.
func (s *Server) Handle(pattern string, handler http.HandlerFunc) { s.mux.HandleFunc(pattern, handler) }
