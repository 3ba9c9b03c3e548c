package edit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

const providers = "providers"

// Providers are all providers that the text itself has, by name: without what variables and flags add. Settings that the program does not
// know are left out. Errors are *[Error]s.
func Providers(text []byte) (map[string]config.Provider, error) {
	d, err := read(text)
	if err != nil {
		return nil, err
	}
	all, err := d.providers()
	if err != nil {
		return nil, err
	}
	out := make(map[string]config.Provider, len(all))
	for name, v := range all {
		encoded, err := json.Marshal(prunedProvider(v))
		if err != nil {
			return nil, &Error{Reason: BadValue, Key: providers + "." + name, Problem: "is not what a provider can be", Want: byHand}
		}
		var p config.Provider
		dec := json.NewDecoder(bytes.NewReader(encoded))
		dec.UseNumber() // a float64 would lose digits of a whole number
		if err := dec.Decode(&p); err != nil {
			return nil, &Error{Reason: BadValue, Key: providers + "." + name, Problem: "is not what a provider can be", Want: byHand}
		}
		for key, value := range p.Config {
			p.Config[key] = counted(value)
		}
		out[name] = p
	}
	return out, nil
}

// counted is a value with numbers that Go can count with: whole ones as integers, so that no digit is lost.
func counted(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return n
		}
		if n, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
	case []any:
		for i := range v {
			v[i] = counted(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = counted(v[key])
		}
	}
	return v
}

// SetProvider gives the text with one provider as it shall be, new or changed; all that p does not say is removed from it. What stays
// equal stays as it is written. The provider is not checked against its plugin: see [config.Check].
//
// Names that no provider can have, and secrets that are not named by their source, are refused. Errors are *[Error]s.
func SetProvider(text []byte, name string, p config.Provider) ([]byte, error) {
	if !config.ValidName(name) {
		return nil, &Error{Reason: BadValue, Key: providers, Problem: "the name is not possible", Want: fmt.Sprintf("lower-case letters and digits, with single - or _ between them, at most %d", config.MaxNameLength)}
	}
	for _, secret := range slices.Sorted(maps.Keys(p.Secrets)) {
		if !p.Secrets[secret].Valid() {
			return nil, &Error{Reason: BadValue, Key: providers + "." + name + ".secrets", Problem: "a secret is not named by its source",
				Want: `"env:NAME" for an environment variable or "file:PATH" for a file; a secret itself does not belong here`}
		}
	}
	want, err := settingsOf(p)
	if err != nil {
		return nil, &Error{Reason: BadValue, Key: providers + "." + name, Problem: "cannot be written down", Want: "texts, numbers, booleans, lists and maps"}
	}
	return change(text, name, want)
}

// RemoveProvider gives the text without a provider. Comments around it stay. Errors are *[Error]s.
func RemoveProvider(text []byte, name string) ([]byte, error) { return change(text, name, nil) }

// settingsOf is a provider as a node, in the order in which its settings are documented, without those that say nothing.
func settingsOf(p config.Provider) (*yaml.Node, error) {
	encoded, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var n yaml.Node // JSON is YAML, and keeps the order
	if err := yaml.Unmarshal(encoded, &n); err != nil {
		return nil, err
	}
	return written(n.Content[0], 0)
}

// change puts a provider in its place, or takes it away where want is nil.
func change(text []byte, name string, want *yaml.Node) ([]byte, error) {
	d, err := read(text)
	if err != nil {
		return nil, err
	}
	before, err := d.providers()
	if err != nil {
		return nil, err
	}
	if _, there := before[name]; want == nil && !there {
		return nil, &Error{Reason: Missing, Key: providers + "." + name, Problem: "there is no such provider in the text", Want: "what variables and flags add is not in the file"}
	}
	if want != nil {
		target, err := valueOf(want)
		if err != nil {
			return nil, err
		}
		if v, there := before[name]; there && same(prunedProvider(v), target) {
			return text, nil
		}
	}
	if err := d.setProvider(name, want); err != nil {
		return nil, err
	}
	out, err := d.result()
	if err != nil {
		return nil, err
	}
	return out, d.confirm(out, name, want)
}

// providers are the values of all providers.
func (d *document) providers() (map[string]any, error) {
	v, err := d.settings()
	if err != nil {
		return nil, err
	}
	all, ok := v[providers].(map[string]any)
	if !ok && v[providers] != nil {
		return nil, &Error{Reason: NotSettings, Key: providers, Problem: "is not a mapping", Want: "providers by name"}
	}
	return all, nil
}

// settings are the values of the whole text.
func (d *document) settings() (map[string]any, error) {
	if d.root == nil {
		return nil, nil
	}
	v, err := valueOf(d.root)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		return nil, &Error{Reason: NotSettings, Line: d.root.Line, Problem: "the text holds no settings", Want: "keys and values"}
	}
	return m, nil
}

// confirm reads the changed text: it must say what the old one said, but for the provider.
func (d *document) confirm(text []byte, name string, want *yaml.Node) error {
	expected, err := d.settings()
	if err != nil {
		return err
	}
	changed, err := read(text)
	if err != nil {
		return unclear(0, "the text would no longer be read as the same settings")
	}
	got, err := changed.settings()
	if err != nil {
		return unclear(0, "the text would no longer be read as the same settings")
	}
	expected, got = maps.Clone(expected), maps.Clone(got)
	if expected == nil {
		expected = map[string]any{}
	}
	all, _ := expected[providers].(map[string]any)
	if all = maps.Clone(all); all == nil {
		all = map[string]any{}
	}
	delete(all, name)
	if want != nil {
		if all[name], err = valueOf(want); err != nil {
			return err
		}
	}
	have, _ := got[providers].(map[string]any)
	have = maps.Clone(have)
	if v, there := have[name]; there {
		have[name] = prunedProvider(v)
	}
	delete(expected, providers)
	delete(got, providers)
	if len(all) != len(have) || len(all) > 0 && !same(all, have) || len(expected) != len(got) || len(expected) > 0 && !same(expected, got) {
		return unclear(0, "the text would no longer be read as the same settings")
	}
	return nil
}
