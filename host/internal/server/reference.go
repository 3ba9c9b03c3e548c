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

// The pages that show the API's description. Swagger UI is part of the program; browsers load nothing from other servers.
var (
	//go:embed reference/index.html
	referencePage string
	//go:embed reference/start.js
	referenceStart string
)

// referencePolicy allows only what this server serves. Swagger UI's own pictures are data: URLs.
const referencePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// mountReference adds the rendered reference to a mux and returns the patterns.
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

// compressed serves a file of Swagger UI, which is embedded compressed.
func compressed(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		file, err := static.FS.ReadFile(name)
		if err != nil {
			http.NotFound(w, r) // not reached: the module contains the files
			return
		}
		w.Header().Set("Cache-Control", "max-age=3600")
		w.Header().Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(file) // an error means that the client is gone
			return
		}
		if plain, err := gzip.NewReader(bytes.NewReader(file)); err == nil {
			_, _ = io.Copy(w, plain)
		}
	}
}
