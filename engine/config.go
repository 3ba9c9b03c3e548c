package engine

import (
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
)

// Config of an Engine. The engine does not look at it again after Open has returned.
type Config struct {
	// Plugins is the folder of the plugins. An engine whose folder is empty, missing or "" has no plugins: it opens, and every call fails.
	Plugins string
	// Unlocked also loads plugins whose current bytes plugins.lock does not approve. Otherwise these are broken, with a reason that says
	// what helps. A folder without plugins.lock has no approved plugin.
	Unlocked bool
	// TrustedKeys, if there are any, must have signed a plugin for it to be loaded.
	TrustedKeys []ed25519.PublicKey
	// Runtimes for the kinds of plugin that can be loaded. The engine closes them.
	Runtimes []Runtime
	// Providers by name. Empty means every plugin that works without secrets and settings, under its own name.
	Providers map[string]ProviderConfig
	// Routes by name. Without one called "default", that route has all providers in the order of their names.
	Routes map[string]Route
	// FrontDoors by the name of the plugin that answers.
	FrontDoors map[string]FrontDoor
	// FetchAllow lists private and loopback addresses from which pictures may be fetched, as "host:port".
	FetchAllow []string
	// Money is the currency, the budgets and the time zone in which their periods begin. Attempts are priced even without budgets.
	Money Money
	// Store keeps budgets, the ledger of attempts and the state of accounts. nil means memory, which is lost on Close. The engine does not close
	// a store that it was given.
	Store store.Store
	// Results says how long recognitions are kept for equal requests; by default not at all.
	Results ResultCache
	// Documents beyond cn.idcard that the engine normalizes and checks.
	Documents []Document
	// Egress configures the transport. The zero value is right for production.
	Egress Egress
	// Limits bound every call. The zero value has the defaults.
	Limits Limits
	// Logger receives what operators need to know, but no card data; nil means nowhere.
	Logger *slog.Logger
	// Tracing receives the spans that docs/observability.md lists; nil means nowhere. They hold no card data and no secrets.
	Tracing trace.TracerProvider
	// Metering receives the metrics of that page; nil means nowhere. They hold no card data and no secrets. The engine reports gauges until
	// Close.
	Metering metric.MeterProvider
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Random is the source of randomness; nil means crypto/rand. The engine reads it from one goroutine at a time.
	Random io.Reader
}

// ProviderConfig is one account with one vendor.
type ProviderConfig struct {
	// Plugin that serves it; empty means the one of the provider's name.
	Plugin string
	// Config is validated against the plugin's schema. The engine itself uses two keys: the provider may call the host of "endpoint", and
	// "allow_plain_http" lets it use http beyond loopback.
	Config map[string]any
	// Secrets by the names that the plugin's manifest declares.
	Secrets map[string]Secret
	// Price of its calls. The zero value means the price of the smallest package in the plugin's manifest. Currency and Tiers are filled in.
	Price Price
	// Limits protect the account: calls at once, calls in a time, and a circuit breaker.
	Limits AccountLimits
	// Labels that routes and requests can require, such as "residency:cn".
	Labels []string
	// NoFit rejects a picture that exceeds the provider's limits instead of fitting it.
	NoFit bool
}

// Money says what may be spent.
type Money struct {
	// Currency of every price and budget; empty means CNY.
	Currency Currency
	// Location is the time zone in which days and months begin; nil means Asia/Shanghai.
	Location *time.Location
	Budgets  []Budget
}

// Limits of the engine; 0 means the default.
type Limits struct {
	// Picture bounds the pictures that callers may give.
	Picture PictureLimits
	// Timeout of a whole call; a route may have its own. Default 60 seconds.
	Timeout time.Duration
	// MaxExchanges of one attempt, at most abi.MaxExchanges, which is the default.
	MaxExchanges int
	// MaxHostCalls of one step. Default 256.
	MaxHostCalls int
	// MaxResponseBytes of one answer of a vendor. Default 8 MiB.
	MaxResponseBytes int64
}

const (
	defaultTimeout      = 60 * time.Second
	defaultMaxHostCalls = 256
	defaultMaxResponse  = 8 << 20
)

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	l := &c.Limits
	if l.Timeout <= 0 {
		l.Timeout = defaultTimeout
	}
	if l.MaxExchanges <= 0 || l.MaxExchanges > abi.MaxExchanges {
		l.MaxExchanges = abi.MaxExchanges
	}
	if l.MaxHostCalls <= 0 {
		l.MaxHostCalls = defaultMaxHostCalls
	}
	if l.MaxResponseBytes <= 0 {
		l.MaxResponseBytes = defaultMaxResponse
	}
	if _, locked := c.Random.(*lockedReader); !locked { // Reload passes on that of Open
		c.Random = &lockedReader{r: c.Random}
	}
	return c
}

// lockedReader makes a reader safe for concurrent use.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
