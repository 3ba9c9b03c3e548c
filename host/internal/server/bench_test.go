package server_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

// BenchmarkRecognize compares the API, without a network on the caller's side, with the engine. The vendor is on the loopback
// interface in both.
func BenchmarkRecognize(b *testing.B) {
	picture := heavy(b, 500<<10)
	c := openWith(b, withoutDoors, func(c *server.Config) { c.Tenants = tenants() }).caller(b, "")
	body := inJSON(b, map[string]any{"image_base64": picture})
	b.Run("engine", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.engine.Recognize(b.Context(), engine.Request{Picture: engine.Given(picture)}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, form := range map[string]struct {
		kind string
		body []byte
	}{"raw": {"image/png", picture}, "json": {"application/json", body}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, recognize, bytes.NewReader(form.body))
				r.Header.Set("Content-Type", form.kind)
				r.Header.Set("Authorization", "Bearer "+bankKey)
				w := httptest.NewRecorder()
				if c.server.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
