package console

import (
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// origins fills in where the provider and the settings of its form are set.
func (f *formView) origins(v *visitor, present *Present) {
	f.Origins, f.InFile, f.Overlaid = providerOrigins(v, present, f.Name)
	for _, x := range f.fields {
		if x.Kind == groupKind {
			continue // its members say it
		}
		all := present.Origins(append([]string{"providers", f.Name}, x.path...)...)
		if n := len(all); n > 0 && all[n-1].Kind != config.FromFile && all[n-1].Kind != config.FromConsole {
			x.Override = v.T("configure.override", all[n-1].Name)
		}
	}
}

// providerOrigins says in words where a provider is set, and whether the configuration file and the console set it.
func providerOrigins(v *visitor, present *Present, name string) (words []string, inFile, overlaid bool) {
	for _, o := range present.Origins("providers", name) {
		switch o.Kind {
		case config.FromFile:
			inFile = true
			words = append(words, v.T("origin.file", o.Name, o.Line))
		case config.FromConsole:
			overlaid = true
			words = append(words, v.T("origin.console", o.Name))
		case config.FromEnvironment:
			words = append(words, v.T("origin.environment", o.Name))
		case config.FromFlag:
			words = append(words, v.T("origin.flag", o.Name))
		}
	}
	return words, inFile, overlaid
}
