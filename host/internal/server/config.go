package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/console"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// Config of a Server. Zero values are the defaults.
type Config struct {
	// Doors are the plugins whose front doors are mounted.
	Doors []string
	// Tenants who may use the HTTP API. Without any, everybody is admin, so that the server must listen on loopback only.
	Tenants []access.Config
	// TLS of the listener; nil means plain HTTP.
	TLS *TLS
	// MaxRequests are served at once, health not counted; default 2048. Queue more may wait for their turn, for 5 seconds; default as
	// many, negative means none.
	MaxRequests, Queue int
	// MaxPictureBytes of a picture; default that of package imaging.
	MaxPictureBytes int64
	// CallTimeout is the longest time that a recognition may take; default 60 seconds.
	CallTimeout time.Duration
	// Zone in which the days of usage begin; nil means Asia/Shanghai.
	Zone *time.Location
	// Metrics answers at /metrics, for admins; nil means that nothing does.
	Metrics http.Handler
	// Examine and Editor are for the console, as [console.Config] has them; nil means that it does without.
	Examine func(ctx context.Context, provider string) (doctor.Report, error)
	Editor  console.Editor
	// NoConsole leaves the console out, for a handler in a larger server.
	NoConsole bool
	// Version of the program, for the description of the API.
	Version string
	// Logger receives one line for each request, without any value of it; nil means nowhere.
	Logger *slog.Logger
	// Now and Random are the server's clock and randomness; nil means the system's.
	Now    func() time.Time
	Random io.Reader
}

const (
	defaultMaxRequests = 2048
	defaultCallTimeout = time.Minute
)

func (c Config) withDefaults() Config {
	c.MaxRequests = cmp.Or(c.MaxRequests, defaultMaxRequests)
	c.Queue = max(0, cmp.Or(c.Queue, c.MaxRequests))
	c.MaxPictureBytes = cmp.Or(c.MaxPictureBytes, imaging.DefaultMaxBytes)
	c.CallTimeout = cmp.Or(c.CallTimeout, defaultCallTimeout)
	c.Version = cmp.Or(c.Version, "unknown")
	if c.Zone == nil {
		c.Zone = engine.Shanghai()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return c
}
