// Package host serves an [engine.Engine] over HTTP, to be mounted in a larger server.
//
//	handler, err := host.NewHandler(e, host.Config{Tenants: []host.Tenant{{Name: "shop", KeyHashes: []string{hash}}}})
//	...
//	http.ListenAndServe(":8080", handler)
//
// The handler answers the HTTP API below /v1/, its description at /openapi.json and /docs, /healthz and /readyz, and every front
// door of the engine at its vendor's own paths. docs/api.md describes them. The API also works below a prefix, with
// [http.StripPrefix]; clients of a front door use the vendor's paths, so mount the handler there, too.
//
// The program ocrmux (host/cmd/ocrmux) adds a configuration file, a console, metrics and TLS.
package host

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

// Config of a handler. The zero value serves the API and all front doors of the engine to this machine only.
type Config struct {
	// Tenants may use the API. Without tenants, every caller is an administrator, and the handler answers API requests only if
	// they name this machine ("localhost" or a loopback address) as their host.
	Tenants []Tenant
	// Authenticate identifies the tenant of an API request by its name, in place of keys and certificates. The handler answers
	// 401 if ok is false or if Tenants does not contain the name. Authenticate may be called concurrently. nil means keys and
	// certificates. Front doors are not affected: their clients use the vendor's own authentication.
	Authenticate func(*http.Request) (tenant string, ok bool)
	// MaxRequests is how many requests are served at once. As many more wait, each up to 5 seconds. 0 means 2048.
	MaxRequests int
	// MaxPictureBytes is the size of the largest picture that the API accepts. 0 means 32 MiB. Set it to the engine's own limit.
	MaxPictureBytes int64
	// Zone is the time zone in which the days of usage begin. nil means Asia/Shanghai.
	Zone *time.Location
	// Logger receives one line for each request, without any value of the request. nil discards them.
	Logger *slog.Logger
}

// Tenant is a caller of the API.
type Tenant struct {
	// Name of the tenant, as budgets and the ledger know it.
	Name string
	// KeyHashes are hashes of the keys that identify the tenant, as `ocrmux key new` prints them: "sha256:" and 64 hexadecimal
	// digits of the key's SHA-256.
	KeyHashes []string
	// Certificates are common names of client certificates that identify the tenant. The server that the handler is mounted in
	// verifies the certificates.
	Certificates []string
	// Routes the tenant may use, its default first. None means all routes, with the default "default".
	Routes []string
	// Requests is how many requests the tenant may send within Per. 0 means no limit.
	Requests int
	Per      time.Duration
	// Concurrency is how many requests of the tenant are served at once. 0 means no limit.
	Concurrency int
	// Admin may see what all tenants do, and park providers.
	Admin bool
}

// NewHandler returns a handler for the API and the open front doors of e. It is safe for concurrent use. It follows
// [engine.Engine.Reload]: the next request sees the front doors that a reload opened or closed. Stop the server before you close e.
//
// NewHandler fails if a key hash is malformed, if there is Authenticate without Tenants, or if a front door's path is also a path of
// the API. If a later reload opens such a front door, the handler logs an error and keeps serving the previous ones.
func NewHandler(e *engine.Engine, cfg Config) (http.Handler, error) {
	if cfg.Authenticate != nil && len(cfg.Tenants) == 0 {
		return nil, errors.New("host.Config has Authenticate but no Tenants: without tenants every caller is an administrator")
	}
	tenants := make([]access.Config, len(cfg.Tenants))
	for i, t := range cfg.Tenants {
		tenants[i] = access.Config{
			Name: t.Name, Certificates: t.Certificates, Routes: t.Routes, Requests: t.Requests, Per: t.Per, Concurrency: t.Concurrency, Admin: t.Admin,
		}
		for _, text := range t.KeyHashes {
			hash, err := access.ParseHash(text)
			if err != nil {
				return nil, fmt.Errorf("tenant %q: %w", t.Name, err)
			}
			tenants[i].Keys = append(tenants[i].Keys, hash)
		}
	}
	return server.New(e, server.Config{
		Tenants: tenants, Authenticate: cfg.Authenticate, MaxRequests: cfg.MaxRequests, MaxPictureBytes: cfg.MaxPictureBytes, Zone: cfg.Zone,
		NoConsole: true, Logger: cfg.Logger,
	})
}
