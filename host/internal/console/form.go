package console

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// Names of controls besides those of a plugin's own settings.
const (
	settingsAt = "config"
	secretsAt  = "secrets"
	labelsAt   = "labels"
	fitAt      = "fit"
	nameAt     = "name"
	versionAt  = "version"
	plainHTTP  = "allow_plain_http"
)

// form is the form of one provider's settings.
type form struct {
	plugin   *abi.Descriptor
	texts    *pluginTexts
	settings *spec // nil if the plugin takes none
	labels   *spec
	fit      *spec
}

// newForm returns the form of a plugin, with its texts in a language.
func newForm(d *abi.Descriptor, language string) *form {
	f := &form{plugin: d, texts: textsOf(d, language), labels: &spec{kind: listKind, item: &spec{kind: textKind}}, fit: &spec{kind: flagKind, fallback: true}}
	if len(d.ConfigSchema) > 0 {
		f.settings = specOf(d.ConfigSchema, language)
		if s := f.settings; s.kind == groupKind && s.has(manifest.EndpointKey) && !s.has(plainHTTP) { // the engine adds it to every endpoint
			s.members = append(s.members, member{plainHTTP, false, &spec{kind: flagKind, fallback: false}})
		}
	}
	return f
}

func (s *spec) has(name string) bool {
	return slices.ContainsFunc(s.members, func(m member) bool { return m.name == name })
}

// secrets returns the secrets of the plugin that are configured.
func (f *form) secrets() []abi.SecretSpec {
	return slices.DeleteFunc(slices.Clone(f.plugin.Secrets), func(s abi.SecretSpec) bool { return s.Captured })
}

// fill returns the values of the form for a provider.
func (f *form) fill(p config.Provider) url.Values {
	values := url.Values{}
	if f.settings != nil && len(p.Config) > 0 {
		f.settings.encode(values, settingsAt, p.Config)
	}
	for _, s := range f.secrets() {
		if source := p.Secrets[s.Name]; source.Valid() { // a secret that is in the file by mistake is not shown
			values.Set(pointer(secretsAt, s.Name), string(source))
		}
	}
	if len(p.Labels) > 0 {
		labels := make([]any, len(p.Labels))
		for i, l := range p.Labels {
			labels[i] = l
		}
		f.labels.encode(values, labelsAt, labels)
	}
	if p.Fit != nil {
		f.fit.encode(values, fitAt, *p.Fit)
	}
	return values
}

// take reads a provider from a form. It returns invalid values by the name of their control. A secret that was typed instead of
// its source is deleted from the values, so that nothing shows it again.
func (f *form) take(values url.Values) (config.Provider, map[string]wrongValue) {
	p := config.Provider{Plugin: f.plugin.Name}
	wrong := make(map[string]wrongValue)
	if f.settings != nil {
		if v, ok := f.settings.decode(values, settingsAt, wrong); ok {
			if p.Config, ok = v.(map[string]any); !ok {
				wrong[settingsAt] = errNoObject
			}
		}
	}
	for _, s := range f.secrets() {
		at := pointer(secretsAt, s.Name)
		source := config.Source(strings.TrimSpace(values.Get(at)))
		switch {
		case source == "":
		case source.Valid():
			if p.Secrets == nil {
				p.Secrets = make(map[string]config.Source)
			}
			p.Secrets[s.Name] = source
		default:
			values.Del(at)
			wrong[at] = "configure.no-source"
		}
	}
	if v, ok := f.labels.decode(values, labelsAt, wrong); ok {
		list, _ := v.([]any)
		for _, l := range list {
			p.Labels = append(p.Labels, fmt.Sprint(l))
		}
	}
	if v, ok := f.fit.decode(values, fitAt, wrong); ok {
		fit, _ := v.(bool)
		p.Fit = &fit
	}
	return p, wrong
}
