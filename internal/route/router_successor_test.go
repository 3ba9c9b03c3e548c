package route_test

import (
	"runtime"
	"slices"
	"testing"
	"weak"

	"github.com/ocrmux/ocrmux/internal/route"
)

// A router refers to the plugins of its accounts. If it stayed in memory after a reload, so would their code.
func TestRouterIsReleasedAfterItsSuccession(t *testing.T) {
	t.Parallel()
	var cfg route.Config
	now := newWorld(t, map[string]*vendor{"a": {}}, route.Route{Providers: []string{"a"}}, func(c *route.Config) { cfg = *c }).Router
	var last *route.Router
	var gone []weak.Pointer[route.Router]
	for range 3 {
		cfg.Before = now
		next, err := route.New(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		now.Close()
		if last != nil { // the first one is still to be closed by its test
			gone = append(gone, weak.Make(last))
		}
		last, now = next, next
	}
	cfg.Before, last = nil, nil
	runtime.GC()
	for i, r := range gone {
		if r.Value() != nil {
			t.Errorf("router %d is kept by those after it", i+2)
		}
	}
	now.Close()
}

func TestRouterKnowsItsRoutesAndTheirMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]*vendor{"a": {}, "b": {}, "c": {}}, route.Route{Providers: []string{"b", "a"}}, nil)
	if !w.Has("default") || w.Has("other") || !w.HasProvider("c") || w.HasProvider("d") {
		t.Error("it does not know its routes and providers")
	}
	if got := w.Members("default"); !slices.Equal(got, []string{"b", "a"}) || w.Members("other") != nil {
		t.Errorf("the members are %q and %q", got, w.Members("other"))
	}
}
