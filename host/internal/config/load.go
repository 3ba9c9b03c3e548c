package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/pflag"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host/internal/telemetry"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// maxFileBytes bounds a configuration file.
const maxFileBytes = 4 << 20

// Sources are where settings come from, in rising order of precedence: file, environment, flags.
type Sources struct {
	// Path of the file. Empty means the one that OCRMUX_CONFIG names, or none.
	Path string
	// Text, unless nil, is read in place of the file: what it would say after a change. Places are still told by Path, and
	// paths in the text are still relative to it.
	Text []byte
	// Environ is the environment, as os.Environ gives it.
	Environ []string
	// Flags holds what AddFlags added; it may be nil.
	Flags *pflag.FlagSet
	// ProgramDir is the folder of the program, beside whose file plugins are found by default.
	ProgramDir string
	// UserCacheDir is the user's cache folder; empty when there is none.
	UserCacheDir string
}

// Config is a configuration that holds.
type Config struct {
	// Path of the configuration file; empty when there is none.
	Path string
	// File is what all sources together say, before defaults.
	File File
	// Engine lacks what a configuration cannot say: Runtimes, Documents and Logger.
	Engine engine.Config
	// WASM names a cache folder that may not exist yet.
	WASM wasm.Config
	// Process lacks what a configuration cannot say: Logger.
	Process process.Config
	// State is where state is kept; nil means in memory. It lacks the Logger.
	State *jetstream.Config
	// Server is where the HTTP server listens, and for whom.
	Server ServerConfig
	// Telemetry lacks what a configuration cannot say: Version and Logger.
	Telemetry telemetry.Config
	// SecretSources are where the secrets were found, in no particular order.
	SecretSources []SecretSource

	layers layers
	schema *validator.Schema
}

// Load reads, merges and validates all sources and fetches the secrets. Paths in the file are relative to the file, all
// others to the current folder. An error is a *[Error] with every problem there is.
func Load(src Sources) (*Config, error) { return load(src, (*builder).build) }

// LoadPlugins is Load for commands that only handle plugin files: it validates everything, but finds only what the section
// "plugins" names, so that no secret of a provider must be there.
func LoadPlugins(src Sources) (*Config, error) { return load(src, (*builder).plugins) }

func load(src Sources, build func(*builder, Sources)) (*Config, error) {
	schema, err := compileSchema()
	if err != nil {
		return nil, err
	}
	c := &Config{schema: schema}
	path := src.Path
	if path == "" {
		path = newEnvironment(src.Environ)[EnvConfig]
	}
	var problems []Problem
	if path != "" || src.Text != nil {
		c.Path = path
		l, wrong := src.readFile(path)
		c.layers, problems = append(c.layers, l), append(problems, wrong...)
	}
	variables, wrong := readEnvironment(src.Environ)
	problems = append(problems, wrong...)
	c.layers = append(append(c.layers, variables...), readFlags(src.Flags)...)

	settings, err := c.layers.merge(schema)
	if err != nil {
		return nil, err
	}
	problems = append(problems, holdTo(schema, settings.Raw(), c.layers)...)
	if len(problems) > 0 {
		return nil, asError(problems)
	}
	if err := settings.UnmarshalWithConf("", &c.File, koanf.UnmarshalConf{Tag: "json"}); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	b := builder{Config: c, base: filepath.Dir(path), environment: newEnvironment(src.Environ)}
	build(&b, src)
	return c, asError(b.problems)
}

// readFile reads the configuration file, or what stands for it.
func (src Sources) readFile(path string) (*layer, []Problem) {
	if len(src.Text) > maxFileBytes {
		return newLayer(), []Problem{{File: path, Problem: "the text is too long", Want: fmt.Sprintf("at most %d bytes", maxFileBytes)}}
	}
	if src.Text != nil {
		return readYAML(src.Text, path, nil, false)
	}
	text, err := boundedread.File(path, maxFileBytes)
	if err != nil {
		return newLayer(), []Problem{{File: path, Problem: "the configuration file cannot be read: " + boundedread.WithoutPath(err).Error(), Want: "name a file that exists"}}
	}
	return readYAML(text, path, nil, false)
}

// merge lays all layers over each other.
func (ls layers) merge(schema *validator.Schema) (*koanf.Koanf, error) {
	k := koanf.New("\x00")
	for _, l := range ls {
		fillEmpty(l.tree, schema, nil)
		if err := k.Load(confmap.Provider(l.tree, ""), nil); err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
	}
	return k, nil
}

// fillEmpty gives a key without a value its meaning: where a mapping belongs, one without settings ("local:" is a provider
// with nothing to say about it); elsewhere, that it is not set.
func fillEmpty(tree map[string]any, schema *validator.Schema, path []string) {
	for key, value := range tree {
		at := append(path[:len(path):len(path)], key)
		s := schemaAt(schema, at)
		switch value := value.(type) {
		case map[string]any:
			fillEmpty(value, schema, at)
		case nil:
			switch {
			case s == nil: // a plugin's own setting, or an unknown one
			case s.Types != nil && slices.Contains(s.Types.ToStrings(), "object"):
				tree[key] = map[string]any{}
			default:
				delete(tree, key)
			}
		}
	}
}

// builder makes an engine's configuration from settings that fit the schema.
type builder struct {
	*Config
	base        string // folder of the file
	environment map[string]string
	problems    []Problem
}

func (b *builder) build(src Sources) {
	f := &b.File
	b.plugins(src)
	b.Engine.Providers = make(map[string]engine.ProviderConfig, len(f.Providers))
	for name, p := range f.Providers {
		account := engine.ProviderConfig{
			Plugin: p.Plugin, Config: p.Config, Secrets: b.secrets(name, p.Secrets), NoFit: p.Fit != nil && !*p.Fit,
		}
		b.account(name, p, &account)
		b.Engine.Providers[name] = account
	}
	b.routes()
	b.Engine.FrontDoors = make(map[string]engine.FrontDoor, len(f.FrontDoors))
	for name, d := range f.FrontDoors {
		b.Engine.FrontDoors[name] = engine.FrontDoor{Route: d.Route, Clients: b.clients(name, d.Clients), Config: d.Config}
	}
	for _, address := range f.Fetch.Allow {
		b.Engine.FetchAllow = append(b.Engine.FetchAllow, string(address))
	}
	b.limits(f.Limits)
	b.server()
	b.telemetry()
}

func (b *builder) limits(l Limits) {
	b.Engine.Limits = engine.Limits{
		Timeout: b.duration(l.Timeout, "limits", "timeout"), MaxExchanges: l.MaxExchanges, MaxHostCalls: l.MaxHostCalls,
		MaxResponseBytes: l.MaxResponseBytes,
		Picture: imaging.Caps{
			MaxBytes: l.Picture.MaxBytes, MaxPixels: l.Picture.MaxPixels, MaxSide: l.Picture.MaxSide, MaxDecodedBytes: l.Picture.MaxDecodedBytes,
		},
	}
	b.Engine.Egress = egress.Config{
		ConnectTimeout: b.duration(l.Egress.ConnectTimeout, "limits", "egress", "connect_timeout"),
		TLSTimeout:     b.duration(l.Egress.TLSTimeout, "limits", "egress", "tls_timeout"),
		MaxRedirects:   l.Egress.MaxRedirects, MaxInFlightPerOrigin: l.Egress.MaxInFlightPerOrigin,
	}
	b.WASM.MemoryPages, b.WASM.Instances = l.WASM.MemoryPages, l.WASM.Instances
	b.WASM.Fuel, b.WASM.MaxCalls = l.WASM.Fuel, l.WASM.MaxCalls
	b.Process.Concurrency, b.Process.HostCalls = l.Process.Concurrency, l.Process.HostCalls
	b.Process.StartTimeout = b.duration(l.Process.StartTimeout, "limits", "process", "start_timeout")
}

// plugins finds the folders.
func (b *builder) plugins(src Sources) {
	p := b.File.Plugins
	b.Engine.Plugins = filepath.Join(src.ProgramDir, "plugins")
	if p.Dir != "" {
		b.Engine.Plugins = b.resolve(p.Dir, "plugins", "dir")
		if info, err := os.Stat(b.Engine.Plugins); err != nil {
			b.wrong([]string{"plugins", "dir"}, "the folder cannot be opened: "+boundedread.WithoutPath(err).Error(), "name a folder that exists")
		} else if !info.IsDir() {
			b.wrong([]string{"plugins", "dir"}, "is not a folder", "name the folder that holds the plugins")
		}
	}
	b.Engine.Unlocked, b.Engine.TrustedKeys = p.Lock == "off", b.keys(p.TrustedKeys)
	b.Process.Env, b.Process.AutoMTLS = p.Env, p.AutoMTLS
	for i, path := range p.Readable {
		at := []string{"plugins", "readable", strconv.Itoa(i)}
		path = b.resolve(path, at...)
		if _, err := os.Stat(path); err != nil {
			b.wrong(at, "cannot be opened: "+boundedread.WithoutPath(err).Error(), "name a file or folder that exists")
		}
		b.Process.Readable = append(b.Process.Readable, path)
	}
	b.Process.Confinement = map[string]process.Confinement{"required": process.ConfineRequired, "off": process.ConfineOff}[p.Confine] // otherwise auto
	switch {
	case p.CacheDir != nil && *p.CacheDir != "":
		b.WASM.CacheDir = b.resolve(*p.CacheDir, "plugins", "cache_dir")
	case p.CacheDir == nil && src.UserCacheDir != "":
		b.WASM.CacheDir = filepath.Join(src.UserCacheDir, "ocrmux")
	}
}

// resolve makes a path of the file relative to the file.
func (b *builder) resolve(path string, setting ...string) string {
	at, _ := b.layers.placeOf(setting)
	if filepath.IsAbs(path) || at.line == 0 {
		return path
	}
	return filepath.Join(b.base, path)
}

// duration parses what the schema's pattern has let through; only its size can still be wrong.
func (b *builder) duration(d Duration, setting ...string) time.Duration {
	if d == "" {
		return 0
	}
	v, err := time.ParseDuration(string(d))
	if err != nil || v > 24*time.Hour {
		b.wrong(setting, "is too long", "at most 24h")
	}
	return v
}

func (b *builder) wrong(path []string, what, want string) {
	b.problems = append(b.problems, b.layers.problem(path, what, want))
}
