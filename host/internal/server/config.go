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
	// Tenants may use the HTTP API. Without tenants every caller is an admin, so the server must listen on loopback only.
	Tenants []access.Config
	// Authenticate identifies tenants in place of keys and certificates, see [access.Guard]. nil means keys and certificates.
	Authenticate func(*http.Request) (tenant string, ok bool)
	// TLS of the listener. nil means plain HTTP.
	TLS *TLS
	// MaxRequests is how many requests are served at once, apart from health checks. 0 means 2048. Queue is how many more may wait, each
	// up to 5 seconds. 0 means as many as MaxRequests, a negative number means none.
	MaxRequests, Queue int
	// MaxPictureBytes is the size of the largest picture. 0 means the default of package imaging.
	MaxPictureBytes int64
	// CallTimeout is the longest time that a recognition may take. 0 means 60 seconds.
	CallTimeout time.Duration
	// Zone is the time zone in which the days of usage begin. nil means Asia/Shanghai.
	Zone *time.Location
	// Metrics answers at /metrics, for admins. nil means that there are none.
	Metrics http.Handler
	// Examine and Editor are for the console, see [console.Config]. Each may be nil.
	Examine func(ctx context.Context, provider string) (doctor.Report, error)
	Editor  console.Editor
	// NoConsole omits the console, for a handler in a larger server.
	NoConsole bool
	// Version of the program, in the description of the API.
	Version string
	// Logger receives one line for each request, without any value of the request. nil discards them.
	Logger *slog.Logger
	// Now and Random are the clock and the source of random bytes. nil means the system's.
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
