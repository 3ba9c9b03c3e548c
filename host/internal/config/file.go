package config

import (
	"regexp"

	"github.com/invopop/jsonschema"
)

// File is the content of a configuration file. Everything is optional.
type File struct {
	Plugins    Plugins              `json:"plugins,omitempty" jsonschema_description:"Where provider plugins are found."`
	Providers  map[string]Provider  `json:"providers,omitempty" jsonschema_description:"Providers by name; a provider is one account with one vendor. Without any, there is one for each plugin that needs no secret. Names are lower-case letters and digits, with single - or _ between them."`
	Routes     map[string]Route     `json:"routes,omitempty" jsonschema_description:"Routes by name. Without one called default, that is all providers in the order of their names."`
	FrontDoors map[string]FrontDoor `json:"front_doors,omitempty" jsonschema_description:"Vendors as which this program answers, by the name of the plugin."`
	Money      Money                `json:"money,omitempty" jsonschema_description:"Currency and budgets."`
	State      State                `json:"state,omitempty" jsonschema_description:"Where budgets, the ledger of attempts and what is known of accounts are kept between starts. Without a folder or server they are kept in memory."`
	Results    Results              `json:"results,omitempty" jsonschema_description:"Recognitions that are kept for a while, encrypted in memory. Off unless both settings are given."`
	Fetch      Fetch                `json:"fetch,omitempty" jsonschema_description:"Pictures that are given by URL."`
	Server     Server               `json:"server,omitempty" jsonschema_description:"The HTTP server."`
	Tenants    map[string]Tenant    `json:"tenants,omitempty" jsonschema_description:"Who may use the HTTP API, by name. Without any tenant the server listens on a loopback address only, and everybody there is admin."`
	Limits     Limits               `json:"limits,omitempty" jsonschema_description:"Bounds of time and size; 0 means the default."`
	Console    Console              `json:"console,omitempty" jsonschema_description:"The pages for people."`
	Telemetry  Telemetry            `json:"telemetry,omitempty" jsonschema_description:"What others are told of this program's work: never card data or secrets."`
	Log        Log                  `json:"log,omitempty" jsonschema_description:"The log, on standard error."`
}

// Plugins configures where plugins are found and how they run.
type Plugins struct {
	Dir         string   `json:"dir,omitempty" jsonschema:"minLength=1" jsonschema_description:"Folder that is searched for plugins. Default: the folder plugins beside the program."`
	Lock        string   `json:"lock,omitempty" jsonschema:"enum=required,enum=off,default=required" jsonschema_description:"required: a plugin is loaded only as the file plugins.lock in the folder approves it. off: whatever lies in the folder is loaded."`
	TrustedKeys []Source `json:"trusted_keys,omitempty" jsonschema_description:"Where ed25519 public keys in PEM are found. With at least one, a plugin is loaded only with a signature of one of them."`
	CacheDir    *string  `json:"cache_dir,omitempty" jsonschema_description:"Folder that keeps compiled WebAssembly plugins between starts; \"\" means none. Default: ocrmux in the user's cache folder."`
	Env         []string `json:"env,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Names of environment variables that subprocess plugins inherit. By default they inherit none."`
	Confine     string   `json:"confine,omitempty" jsonschema:"enum=auto,enum=required,enum=off,default=auto" jsonschema_description:"How far subprocess plugins are shut off from files, network and other processes. auto: as far as the system can, and the log says what it cannot; required: they do not start otherwise; off: they may do what their user may."`
	Readable    []string `json:"readable,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Folders and files that confined subprocess plugins may read, besides what they bring along in the folder NAME.d."`
	Memory      int64    `json:"memory,omitempty" jsonschema:"minimum=0,maximum=1099511627776,default=2147483648" jsonschema_description:"Memory that one subprocess plugin may use, in bytes; 0 means the default. One that uses more is ended and started again."`
	AutoMTLS    bool     `json:"auto_mtls,omitempty" jsonschema:"default=false" jsonschema_description:"Whether this program and its subprocess plugins prove themselves to each other with certificates."`
}

// Provider is one account with one vendor.
type Provider struct {
	Plugin  string            `json:"plugin,omitempty" jsonschema:"minLength=1" jsonschema_description:"Name of the plugin. Default: the provider's own name."`
	Config  map[string]any    `json:"config,omitempty" jsonschema_description:"Settings of the plugin, validated against the schema in its manifest."`
	Secrets map[string]Source `json:"secrets,omitempty" jsonschema_description:"Where each secret of the plugin is found."`
	Price   Price             `json:"price,omitempty" jsonschema_description:"What calls cost. Default: what the plugin's manifest says of the smallest package."`
	Limits  AccountLimits     `json:"limits,omitempty" jsonschema_description:"Protection of the account."`
	Labels  []string          `json:"labels,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Labels that routes and requests can ask for, such as residency:cn."`
	Fit     *bool             `json:"fit,omitempty" jsonschema:"default=true" jsonschema_description:"Whether a picture that breaks the provider's limits is turned, converted or shrunk to meet them. If not, it is refused."`
}

// Console configures the pages for people.
type Console struct {
	File *string `json:"file,omitempty" jsonschema_description:"File that holds what admins change in the console, above the configuration file and below variables and flags. Default: NAME.console.yaml beside a configuration file NAME.yaml; \"\" means none, so that nothing can be changed in the console."`
}

// FrontDoor answers as a vendor, at the vendor's own path and in the vendor's own protocol.
type FrontDoor struct {
	Route   string                        `json:"route,omitempty" jsonschema:"minLength=1,default=default" jsonschema_description:"Route that recognises the pictures."`
	Clients []map[string]ClientCredential `json:"clients" jsonschema:"minItems=1" jsonschema_description:"Who may call, each with the credentials the vendor would have given it, by the names of the plugin's secrets, and under tenant the tenant on whose behalf it calls, if any."`
	Config  map[string]any                `json:"config,omitempty" jsonschema_description:"Settings of the plugin for this door, validated against the schema in its manifest."`
}

// Fetch bounds the fetching of pictures.
type Fetch struct {
	Allow []HostPort `json:"allow,omitempty" jsonschema_description:"Private or loopback addresses from which pictures may be fetched, besides all public ones."`
}

// Limits bound one call.
type Limits struct {
	Timeout          Duration      `json:"timeout,omitempty" jsonschema:"default=60s" jsonschema_description:"Of a whole call."`
	MaxExchanges     int           `json:"max_exchanges,omitempty" jsonschema:"minimum=0,maximum=8,default=8" jsonschema_description:"HTTP exchanges of one attempt."`
	MaxHostCalls     int           `json:"max_host_calls,omitempty" jsonschema:"minimum=0,maximum=100000,default=256" jsonschema_description:"Host functions a plugin may call in one step."`
	MaxResponseBytes int64         `json:"max_response_bytes,omitempty" jsonschema:"minimum=0,maximum=1073741824,default=8388608" jsonschema_description:"Of one vendor answer."`
	Picture          PictureLimits `json:"picture,omitempty" jsonschema_description:"What is accepted from callers."`
	WASM             WASMLimits    `json:"wasm,omitempty" jsonschema_description:"Of each WebAssembly plugin."`
	Process          ProcessLimits `json:"process,omitempty" jsonschema_description:"Of each subprocess plugin."`
	Egress           EgressLimits  `json:"egress,omitempty" jsonschema_description:"Of the connections to vendors."`
}

// PictureLimits bound a picture.
type PictureLimits struct {
	MaxBytes        int64 `json:"max_bytes,omitempty" jsonschema:"minimum=0,maximum=1073741824,default=33554432" jsonschema_description:"Bytes of the file."`
	MaxPixels       int64 `json:"max_pixels,omitempty" jsonschema:"minimum=0,maximum=1000000000,default=64000000" jsonschema_description:"Width times height."`
	MaxSide         int   `json:"max_side,omitempty" jsonschema:"minimum=0,maximum=1000000,default=20000" jsonschema_description:"Pixels of the longest side."`
	MaxDecodedBytes int64 `json:"max_decoded_bytes,omitempty" jsonschema:"minimum=0,maximum=17179869184,default=536870912" jsonschema_description:"Memory that decoding may take."`
}

// WASMLimits bound a WebAssembly plugin.
type WASMLimits struct {
	MemoryPages uint32 `json:"memory_pages,omitempty" jsonschema:"minimum=0,maximum=65535,default=256" jsonschema_description:"Memory of one instance, in pages of 64 KiB."`
	Instances   int    `json:"instances,omitempty" jsonschema:"minimum=0,maximum=4096" jsonschema_description:"Instances that live at once. Default: one for each core."`
	Fuel        int64  `json:"fuel,omitempty" jsonschema:"minimum=0,default=5788961350" jsonschema_description:"Fuel of one call: a simple instruction costs 1."`
	MaxCalls    int    `json:"max_calls,omitempty" jsonschema:"minimum=0,default=100000" jsonschema_description:"Calls after which an instance is replaced."`
}

// ProcessLimits bound a subprocess plugin.
type ProcessLimits struct {
	Concurrency  int      `json:"concurrency,omitempty" jsonschema:"minimum=0,maximum=100000" jsonschema_description:"Calls that run at once; further ones wait. Default: 4 for each core."`
	HostCalls    int      `json:"host_calls,omitempty" jsonschema:"minimum=0,maximum=100000,default=32" jsonschema_description:"Host functions that run at once; further ones wait."`
	StartTimeout Duration `json:"start_timeout,omitempty" jsonschema:"default=10s" jsonschema_description:"Time until it must answer."`
}

// EgressLimits bound the connections to vendors.
type EgressLimits struct {
	ConnectTimeout       Duration `json:"connect_timeout,omitempty" jsonschema:"default=10s" jsonschema_description:"Of looking a name up, and again of connecting."`
	TLSTimeout           Duration `json:"tls_timeout,omitempty" jsonschema:"default=10s" jsonschema_description:"Of the TLS handshake."`
	MaxInFlightPerOrigin int      `json:"max_in_flight_per_origin,omitempty" jsonschema:"minimum=0,maximum=100000,default=4096" jsonschema_description:"Exchanges with one host at once; further ones wait."`
	MaxRedirects         int      `json:"max_redirects,omitempty" jsonschema:"minimum=-1,maximum=20,default=5" jsonschema_description:"Redirects followed in one exchange; -1 means none."`
}

// Log configures the log.
type Log struct {
	Level  string `json:"level,omitempty" jsonschema:"enum=debug,enum=info,enum=warn,enum=error,default=warn" jsonschema_description:"The least severe records that are shown."`
	Format string `json:"format,omitempty" jsonschema:"enum=text,enum=json,default=text" jsonschema_description:"text for people, json for machines."`
}

// Duration is a length of time such as "1m30s" or "500ms".
type Duration string

// JSONSchema returns the schema of a duration.
func (Duration) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`, Examples: []any{"30s", "1m30s"}}
}

// HostPort is an address such as "127.0.0.1:8080", "[::1]:8080" or "files.internal:443".
type HostPort string

// JSONSchema returns the schema of an address. Without a host it is every address of this machine.
func (HostPort) JSONSchema() *jsonschema.Schema {
	const port = `([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])`
	return &jsonschema.Schema{Type: "string", Pattern: `^([A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):` + port + `$`, Examples: []any{"127.0.0.1:8080"}}
}

// Source names where a secret is: "env:NAME" or "file:PATH". It is never the secret itself.
type Source string

var sourceForm = regexp.MustCompile(`^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$`)

// Valid reports whether the source is well-formed, rather than a secret by mistake.
func (s Source) Valid() bool { return sourceForm.MatchString(string(s)) }

// JSONSchema returns the schema of a source.
func (Source) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: sourceForm.String(), Examples: []any{"env:VENDOR_APP_SECRET", "file:/run/secrets/vendor"}}
}

// ClientCredential is one credential of a front door's client: the source of a secret, or an identifier itself.
type ClientCredential string

// JSONSchema returns the schema of a credential.
func (ClientCredential) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MinLength: ptr(uint64(1)), Examples: []any{"demo", "env:CLIENT_APP_SECRET", "file:/run/secrets/client"}}
}

func ptr[T any](v T) *T { return &v }
