package server

import (
	"net/http"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/console"
)

// mountConsole adds the console to the mux and returns the patterns.
func (s *Server) mountConsole() ([]string, error) {
	c, err := console.New(console.Config{
		Service: s.service, Guard: s.guard.Load, Seen: func(r *http.Request, t *access.Tenant) { stateOf(r.Context()).tenant = t },
		MaxPictureBytes: s.cfg.MaxPictureBytes, Examine: s.cfg.Examine, Editor: s.cfg.Editor, Zone: s.cfg.Zone, Version: s.cfg.Version, Logger: s.cfg.Logger, Now: s.cfg.Now, Random: s.cfg.Random,
	})
	if err != nil {
		return nil, err
	}
	s.console = c
	var patterns []string
	for pattern, handler := range c.Handlers() {
		s.mux.HandleFunc(pattern, handler)
		patterns = append(patterns, pattern)
	}
	return patterns, nil
}
