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

// Config of an Engine. It is not looked at again once Open has returned.
type Config struct {
	// Plugins is the folder in which plugins are looked for.
	Plugins string
	// Unlocked also loads plugins that the folder's plugins.lock does not approve as they are. Otherwise they are broken, with
	// a *[PluginError] that says what would help; a folder without the file has no approved plugin. See package trust.
	Unlocked bool
	// TrustedKeys, where there are any, keep plugins without a signature of one of them from being loaded.
	TrustedKeys []ed25519.PublicKey
	// Runtimes are the kinds of plugin that can be loaded. The engine closes them.
	Runtimes []Runtime
	// Providers by name. Empty means: every plugin found that works without secrets and settings, under its own name.
	Providers map[string]ProviderConfig
	// Routes by name. Without one called "default", that is all providers in the order of their names.
	Routes map[string]Route
	// FrontDoors by the name of the plugin that answers as its vendor.
	FrontDoors map[string]FrontDoor
	// FetchAllow names, as "host:port", places at private or loopback addresses from which pictures may be fetched.
	FetchAllow []string
	// Money is the currency, the budgets and the time zone in which their periods begin. Without budgets, attempts are priced all the same.
	Money Money
	// Store keeps budgets, the ledger of attempts and what is known of accounts; nil means in memory, for as long as the engine
	// lives. The engine does not close it.
	Store store.Store
	// Results that are kept for a while; none by default.
	Results ResultCache
	// Documents beyond cn.idcard that the engine shall normalise and check.
	Documents []Document
	// Egress configures the transport; its zero value is right for production.
	Egress Egress
	Limits Limits
	// Logger receives what operators need to know, never card data; nil means nowhere.
	Logger *slog.Logger
	// Tracing and Metering receive spans and metrics, which docs/observability.md lists; nil means nowhere. They hold no card data and no
	// secrets. Metering asks the engine for its gauges until Close.
	Tracing  trace.TracerProvider
	Metering metric.MeterProvider
	// Now and Random are the engine's only clock and randomness; nil means the system's.
	Now    func() time.Time
	Random io.Reader
}

// ProviderConfig is one account with one vendor.
type ProviderConfig struct {
	// Plugin that serves it; empty means the one of the provider's name.
	Plugin string
	// Config is validated against the plugin's schema. The engine itself understands two keys: "endpoint", whose host is
	// thereby named by the operator, and "allow_plain_http", which lets the provider use http beyond loopback.
	Config map[string]any
	// Secrets by the names the plugin's manifest declares.
	Secrets map[string]Secret
	// Price of its calls; the zero value is what the plugin's manifest says of the smallest package. Currency and Tiers are filled in.
	Price Price
	// Limits protect the account.
	Limits AccountLimits
	// Labels that routes and requests can ask for, such as "residency:cn".
	Labels []string
	// NoFit refuses a picture that breaks the provider's limits instead of fitting it.
	NoFit bool
}

// Money bounds what may be spent.
type Money struct {
	// Currency of every price and budget; empty means CNY.
	Currency Currency
	// Location in whose time days and months begin; nil means Asia/Shanghai.
	Location *time.Location
	Budgets  []Budget
}

// Limits of the engine; 0 means the default.
type Limits struct {
	// Picture caps what is accepted from callers.
	Picture PictureLimits
	// Timeout of a whole call. Default 60 seconds.
	Timeout time.Duration
	// MaxExchanges of one attempt, at most abi.MaxExchanges, which is the default.
	MaxExchanges int
	// MaxHostCalls of one step. Default 256.
	MaxHostCalls int
	// MaxResponseBytes of one vendor answer. Default 8 MiB.
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
	c.Random = &lockedReader{r: c.Random}
	return c
}

// lockedReader lets concurrent calls share one source of randomness.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}
