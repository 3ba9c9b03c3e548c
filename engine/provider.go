package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/internal/keyedmutex"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/value"
)

// Keys of a provider's config that the engine itself uses.
const (
	endpointKey  = manifest.EndpointKey
	plainHTTPKey = "allow_plain_http"
)

// provider is one configured account with a vendor, or a front door: a plugin with its configuration, secrets and egress policy.
type provider struct {
	name    string
	serves  string // the plugin's name
	plugin  catalog.Plugin
	module  catalog.Module // nil when loadErr is set
	loadErr error

	config  []abi.Leaf
	secrets map[string][]byte
	mask    value.Mask // of the secrets but for identifiers
	specs   map[string]abi.SecretSpec
	policy  *egress.Policy
	noFit   bool
	door    bool // it serves a front door

	mu    sync.Mutex
	cache map[string]*cachedAnswer // by the plugin's own key
	turns keyedmutex.Mutex[string] // held while the answer under a key is fetched, for the others to find it
}

// newProvider checks the configuration of a provider against its plugin's manifest. It returns the provider even with an error. A plugin that
// was found but cannot be used makes a broken provider, which is no error.
func (g *generation) newProvider(name string, cfg ProviderConfig, found []catalog.Found) (*provider, error) {
	plugin := cfg.Plugin
	if plugin == "" {
		plugin = name
	}
	p := &provider{name: name, serves: plugin, noFit: cfg.NoFit, cache: make(map[string]*cachedAnswer)}
	if err := p.findPlugin(g, found); err != nil || p.loadErr != nil {
		return p, err
	}
	var err error
	p.secrets, err = p.takeSecrets("/secrets", cfg.Secrets)
	p.mask = value.NewMask(p.hidden(p.secrets)...)
	return p, errors.Join(p.configure(cfg, g.cfg.Limits), err)
}

// findPlugin finds the provider's plugin among those of the folder.
func (p *provider) findPlugin(g *generation, found []catalog.Found) error {
	plugin := p.serves
	i := slices.IndexFunc(found, func(f catalog.Found) bool { return f.Name == plugin })
	if i < 0 {
		names := make([]string, len(found))
		for i, f := range found {
			names[i] = f.Name
		}
		return p.wrong("/plugin", fmt.Sprintf("there is no plugin %q in the folder %q", plugin, g.cfg.Plugins), oneOf("plugins", names))
	}
	if p.plugin, p.loadErr = found[i].Plugin, found[i].Err; p.loadErr != nil {
		p.plugin.Manifest = nil
		return nil
	}
	d := p.plugin.Manifest
	p.specs = make(map[string]abi.SecretSpec, len(d.Secrets))
	for _, s := range d.Secrets {
		p.specs[s.Name] = s
	}
	return nil
}

func (p *provider) wrong(key, problem, want string) error {
	return p.wrongFor(key, message.Text(problem), want)
}

// wrongFor returns a ConfigError with a reason, which pages show in their language unless it is a literal text.
func (p *provider) wrongFor(key string, reason message.Message, want string) error {
	e := &ConfigError{Provider: p.name, Key: key, Problem: reason.String(), Want: want}
	if reason.Code() != message.Literal {
		e.Reason = reason
	}
	if p.door {
		e.Provider, e.FrontDoor = "", p.name
	}
	return e
}

// configure validates the config against the plugin's schema and derives the egress policy from it.
func (p *provider) configure(cfg ProviderConfig, limits Limits) error {
	plain, ok := cfg.Config[plainHTTPKey].(bool)
	if _, set := cfg.Config[plainHTTPKey]; set && !ok {
		return p.wrong("/config/"+plainHTTPKey, "not a boolean", "true or false")
	}
	config := maps.Clone(cfg.Config)
	if config == nil {
		config = map[string]any{}
	}
	delete(config, plainHTTPKey)
	if err := p.validate(config); err != nil {
		return err
	}
	p.config = leaf.FromMap(config)

	policy := egress.PolicyConfig{Hosts: p.plugin.Manifest.Hosts, AllowPlainHTTP: plain, MaxResponseBytes: limits.MaxResponseBytes}
	if endpoint, ok := config[endpointKey].(string); ok && endpoint != "" {
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return p.wrong("/config/"+endpointKey, "not an endpoint", `scheme, host, optional port and path prefix, such as "https://api.example.com"`)
		}
		policy.Operator = []string{u.Scheme + "://" + u.Host}
	}
	var err error
	if p.policy, err = egress.NewPolicy(policy); err != nil {
		return p.wrong("/config/"+endpointKey, err.Error(), "an address the provider may call")
	}
	var refused *egress.Error
	if len(policy.Operator) > 0 && errors.As(p.policy.Allows(policy.Operator[0]), &refused) {
		return p.wrongFor("/config/"+endpointKey, refused.Reason, "an https address")
	}
	return nil
}

// validate checks a config against the manifest's JSON Schema.
func (p *provider) validate(config map[string]any) error {
	schema := p.plugin.Manifest.ConfigSchema
	if len(schema) == 0 {
		if len(config) > 0 {
			return p.wrong("/config", "the plugin takes no configuration", "no config")
		}
		return nil
	}
	compiled, err := manifest.CompileSchema(schema, p.door)
	if err != nil {
		return p.wrong("/plugin", "the manifest's config_schema "+err.Error(), "a plugin with a valid manifest")
	}
	text, err := json.Marshal(config)
	if err != nil {
		return p.wrong("/config", "not expressible as JSON", "texts, numbers, booleans, lists and maps")
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return p.wrong("/config", "not expressible as JSON", "texts, numbers, booleans, lists and maps")
	}
	err = compiled.Validate(value)
	var tooMuch *manifest.SchemaError
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &tooMuch):
		return p.wrong("/plugin", "the manifest's config_schema cannot be applied to this config: "+tooMuch.Error(), "a plugin with a simpler schema, or a smaller config")
	case errors.As(err, &invalid):
		return p.schemaErrors(invalid)
	}
	return err
}

// takeSecrets checks that the manifest declares the secrets that are configured at a key, and that one of its sets is complete.
func (p *provider) takeSecrets(key string, configured map[string]Secret) (map[string][]byte, error) {
	d := p.plugin.Manifest
	var problems []error
	var declared []string
	for _, s := range d.Secrets {
		if !s.Captured {
			declared = append(declared, s.Name)
		}
	}
	secrets := make(map[string][]byte, len(configured))
	for _, name := range slices.Sorted(maps.Keys(configured)) {
		switch secret := configured[name]; {
		case !slices.Contains(declared, name):
			problems = append(problems, p.wrong(jsonpointer.Join(key, name), "the plugin has no such secret", oneOf("secrets", declared)))
		case secret.text == "":
			problems = append(problems, p.wrong(jsonpointer.Join(key, name), "the secret is empty", "a text"))
		case secret.written && !p.specs[name].Identifier:
			problems = append(problems, p.wrong(jsonpointer.Join(key, name), "a secret must not be written into the configuration", `"env:NAME" for an environment variable or "file:PATH" for a file`))
		default:
			secrets[name] = []byte(secret.text)
		}
	}
	sets := manifest.SecretSets(d)
	complete := len(sets) == 0 || slices.ContainsFunc(sets, func(set abi.SecretSet) bool {
		return !slices.ContainsFunc(set.Names, func(n string) bool { return secrets[n] == nil })
	})
	if !complete {
		problems = append(problems, p.wrong(key, "secrets are missing", inWords(sets).String()))
	}
	return secrets, errors.Join(problems...)
}

// inWords returns the names of secrets that belong together, and the sets of which one is enough.
func inWords(sets []abi.SecretSet) message.Message {
	either := make([]message.Message, len(sets))
	for i, set := range sets {
		all := make([]message.Message, len(set.Names))
		for j, name := range set.Names {
			all[j] = message.Text(name)
		}
		either[i] = enumerated(message.SecretsAnd, all)
	}
	return enumerated(message.SecretsOr, either)
}

// enumerated returns items as people enumerate them, such as "A, B and C". The code has the word before the last one.
func enumerated(c message.Code, items []message.Message) message.Message {
	switch len(items) {
	case 0:
		return message.Message{}
	case 1:
		return items[0]
	}
	first := make(message.List, len(items)-1)
	for i := range first {
		first[i] = items[i]
	}
	return message.New(c, "first", first, "rest", items[len(first)])
}

// needsSecret reports whether a plugin needs configured secrets.
func needsSecret(d *abi.Descriptor) bool {
	return slices.ContainsFunc(d.Secrets, func(s abi.SecretSpec) bool { return !s.Captured })
}
