package server

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/ocrmux/ocrmux/engine"
)

// doorMux serves the front doors that were open when it was made.
type doorMux struct {
	*http.ServeMux
	routes []doorRoute
}

// doorRoute is one path of a front door.
type doorRoute struct{ plugin, method, path string }

func (d doorRoute) pattern() string { return d.method + " " + d.path }

func doorRoutes(e *engine.Engine) (routes []doorRoute) {
	for _, plugin := range e.Doors() {
		door := e.Door(plugin)
		if door == nil {
			continue // closed by a reload since it was listed
		}
		for _, p := range door.Paths() {
			routes = append(routes, doorRoute{plugin, p.Method, p.Path})
		}
	}
	return routes
}

// openDoors returns the mux of the open front doors. After a reload of the engine it makes a new one.
func (s *Server) openDoors() *doorMux {
	doors := s.doors.Load()
	if routes := doorRoutes(s.engine); !slices.Equal(routes, doors.routes) {
		if err := s.FollowDoors(); err != nil {
			s.cfg.Logger.Error("the front doors stay as they were", "error", err)
			s.doors.Store(&doorMux{doors.ServeMux, routes}) // logged once
		}
		return s.doors.Load()
	}
	return doors
}

// FollowDoors serves the front doors that the engine has open now. Later requests call it when a reload has changed them. It fails, and
// changes nothing, if a front door has a path of the server.
func (s *Server) FollowDoors() error {
	doors := &doorMux{http.NewServeMux(), doorRoutes(s.engine)}
	for _, d := range doors.routes {
		door := s.engine.Door(d.plugin)
		switch {
		case s.taken[d.pattern()]:
			return fmt.Errorf("the front door %s has a path of the server: %s", d.plugin, d.pattern())
		case door == nil:
			continue // closed since it was listed; the next request notices
		}
		doors.Handle(d.pattern(), door)
		if d.method == http.MethodGet {
			doors.HandleFunc(http.MethodHead+" "+d.path, noHead)
		}
	}
	s.doors.Store(doors)
	return nil
}

// noHead stops the mux from serving a HEAD as a GET: a card would be read and perhaps paid for, but the answer would not be sent.
func noHead(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }
