package server

import "time"

// SetTimeouts shortens the patience with slow clients, before the server serves.
func (s *Server) SetTimeouts(header, body time.Duration) {
	s.http.ReadHeaderTimeout, s.http.ReadTimeout = header, body
}
