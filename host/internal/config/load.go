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

// Sources are where settings come from, in rising order of precedence: the configuration file, the console's file (see
// [Overlay]), the environment, flags.
type Sources struct {
	// Path of the configuration file. Empty means the one that OCRMUX_CONFIG names, or none.
	Path string
	// Overlay, unless nil, is read in place of the console's file: its content after a change.
	Overlay []byte
	// Environ is the environment, as os.Environ gives it.
	Environ []string
	// Flags holds what AddFlags added; it may be nil.
	Flags *pflag.FlagSet
	// ProgramDir is the folder of the program. Its folder plugins is the default for plugins.
	ProgramDir string
	// UserCacheDir is the user's cache folder; empty if there is none.
	UserCacheDir string
}

// Config is a valid configuration.
type Config struct {
	// Path of the configuration file; empty if there is none.
	Path string
	// Overlay is the console's file, never nil.
	Overlay *Overlay
	// File has the settings of all sources together, without defaults.
	File File
	// Engine lacks Runtimes, Documents and Logger, which no setting can provide.
	Engine engine.Config
	// WASM names a cache folder that may not exist yet.
	WASM wasm.Config
	// Process lacks the Logger.
	Process process.Config
	// State configures where state is kept; nil means in memory. It lacks the Logger.
	State *jetstream.Config
	// Server configures the HTTP server.
	Server ServerConfig
	// Telemetry lacks Version and Logger.
	Telemetry telemetry.Config
	// SecretSources are the sources of the secrets, in no particular order.
	SecretSources []SecretSource

	layers layers // those of the files, then those of variables and flags
	text   []byte // of the configuration file
	schema *validator.Schema
}

// fileLayers is the number of layers that files make: the configuration file and the console's, both also where they do not exist.
const fileLayers = 2

// Load reads, merges and validates all sources and fetches the secrets. Paths in the configuration file and in the console's
// file are relative to the folder of the configuration file, all others to the current folder. An error is a *[Error] with
// every problem.
func Load(src Sources) (*Config, error) { return load(src, (*builder).build) }

// LoadPlugins is Load for commands that only handle plugin files: it validates all sources, but reads only the files that the
// section "plugins" names. The providers' secrets need not exist.
func LoadPlugins(src Sources) (*Config, error) { return load(src, (*builder).plugins) }

func load(src Sources, build func(*builder, Sources)) (*Config, error) {
	schema, err := compileSchema()
	if err != nil {
		return nil, err
	}
	c := &Config{schema: schema}
	problems := c.read(src)

	settings, err := c.layers.merge(schema)
	if err != nil {
		return nil, err
	}
	problems = append(problems, validate(schema, settings.Raw(), c.layers)...)
	if len(problems) > 0 {
		return nil, c.asError(problems)
	}
	if err := settings.UnmarshalWithConf("", &c.File, koanf.UnmarshalConf{Tag: "json"}); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if c.Overlay.Providers, err = c.layers[fileLayers-1 : fileLayers].providers(schema); err != nil {
		return nil, err
	}
	b := builder{Config: c, base: filepath.Dir(c.Path), environment: newEnvironment(src.Environ)}
	build(&b, src)
	return c, c.asError(b.problems)
}

// read makes the layers of all sources.
func (c *Config) read(src Sources) []Problem {
	c.Path = src.Path
	if c.Path == "" {
		c.Path = newEnvironment(src.Environ)[EnvConfig]
	}
	main, problems := c.readFile()
	variables, wrong := readEnvironment(src.Environ)
	problems = append(problems, wrong...)
	above := append(variables, readFlags(src.Flags)...)
	c.layers = append(layers{main}, above...)
	path, wrong := c.overlayPath()
	problems = append(problems, wrong...)
	overlay, wrong := c.readOverlay(path, src.Overlay)
	main.replaceBy(overlay)
	c.layers = append(layers{main, overlay}, above...)
	return append(problems, wrong...)
}

// readFile reads the configuration file, if there is one.
func (c *Config) readFile() (*layer, []Problem) {
	if c.Path == "" {
		return newLayer(), nil
	}
	var err error
	if c.text, err = boundedread.File(c.Path, maxFileBytes); err != nil {
		return newLayer(), []Problem{{File: c.Path, Problem: "the configuration file cannot be read: " + boundedread.WithoutPath(err).Error(), Want: "name a file that exists"}}
	}
	return readYAML(c.text, c.Path, nil, false)
}

// merge merges all layers; later ones take precedence.
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

// fillEmpty gives a key without a value its meaning: an empty mapping if the key has a mapping ("local:" is a provider without
// settings), or else that the key is not set.
func fillEmpty(tree map[string]any, schema *validator.Schema, path []string) {
	for key, value := range tree {
		at := append(path[:len(path):len(path)], key)
		s := schemaAt(schema, at)
		switch value := value.(type) {
		case map[string]any:
			fillEmpty(value, schema, at)
		case nil:
			switch {
			case s == nil: // a setting of a plugin, or an unknown one
			case s.Types != nil && slices.Contains(s.Types.ToStrings(), "object"):
				tree[key] = map[string]any{}
			default:
				delete(tree, key)
			}
		}
	}
}

// builder makes an engine's configuration of valid settings.
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

// plugins builds the section "plugins".
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
	b.Process.Env, b.Process.AutoMTLS, b.Process.Memory = p.Env, p.AutoMTLS, p.Memory
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

// resolve makes a path in a file relative to the folder of the configuration file.
func (b *builder) resolve(path string, setting ...string) string {
	at, _ := b.layers.placeOf(setting)
	if filepath.IsAbs(path) || at.line == 0 {
		return path
	}
	return filepath.Join(b.base, path)
}

// duration parses a text that matches the schema's pattern. Only its size can still be wrong.
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
