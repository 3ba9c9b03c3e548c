package server

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/swaggest/swgui/v5/static"
)

// What the browser shows of the API's description. Swagger UI comes with the program; nothing is loaded from elsewhere.
var (
	//go:embed reference/index.html
	referencePage string
	//go:embed reference/start.js
	referenceStart string
)

// referencePolicy allows what is served here and nothing else. Swagger UI's own pictures are data: addresses.
const referencePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// mountReference adds the rendered reference to a mux and gives the patterns.
func mountReference(mux *http.ServeMux) []string {
	var patterns []string
	handle := func(pattern, kind string, serve http.HandlerFunc) {
		patterns = append(patterns, pattern)
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Content-Security-Policy", referencePolicy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			serve(w, r)
		})
	}
	written := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
		}
	}
	handle("GET /docs", "text/html; charset=utf-8", written(referencePage))
	handle("GET /docs/start.js", "text/javascript; charset=utf-8", written(referenceStart))
	handle("GET /docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", compressed("swagger-ui-bundle.js.gz"))
	handle("GET /docs/swagger-ui.css", "text/css; charset=utf-8", compressed("swagger-ui.css.gz"))
	return patterns
}

// compressed serves a file of Swagger UI, which is there compressed.
func compressed(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		file, err := static.FS.ReadFile(name)
		if err != nil {
			http.NotFound(w, r) // not reached: the files belong to the module's version
			return
		}
		w.Header().Set("Cache-Control", "max-age=3600")
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(file) // a client that is gone does not matter
			return
		}
		if plain, err := gzip.NewReader(bytes.NewReader(file)); err == nil {
			_, _ = io.Copy(w, plain)
		}
	}
}
