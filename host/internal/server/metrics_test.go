package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/host/internal/telemetry"
)

func TestMetricsAreForAdmins(t *testing.T) {
	t.Parallel()
	tel, err := telemetry.New(telemetry.Config{Prometheus: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tel.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b := openWith(t, func(c *engine.Config) { withoutDoors(c); c.Metering = tel.MeterProvider() }, func(c *server.Config) {
		c.Tenants, c.Metrics = tenants(), tel.MetricsHandler()
	})
	for key, want := range map[string]int{"": http.StatusUnauthorized, bankKey: http.StatusForbidden, adminKey: http.StatusOK} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			r.Header.Set("X-API-Key", key)
		}
		a := b.ask(t, r)
		if a.status != want || strings.Contains(a.body, `ocrmux_provider_ready{ocrmux_provider="one"} 1`) != (want == http.StatusOK) {
			t.Errorf("with the key %q: %d\n%.400s", key, a.status, a.body)
		}
	}
}
