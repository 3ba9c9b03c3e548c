package server

import (
	"net/http"
	"time"
)

// SetTimeouts shortens the patience with slow clients, before the server serves.
func (s *Server) SetTimeouts(header, body time.Duration) {
	s.http.ReadHeaderTimeout, s.http.ReadTimeout = header, body
}

// Handle adds a handler, before the server serves.
func (s *Server) Handle(pattern string, handler http.HandlerFunc) { s.mux.HandleFunc(pattern, handler) }
