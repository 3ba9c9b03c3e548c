package config

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// settingOf is the annotation of a flag that names its setting.
const settingOf = "ocrmux.setting"

// AddFlags adds the flags that set settings.
func AddFlags(flags *pflag.FlagSet) {
	for _, f := range []struct{ name, setting, usage string }{
		{"plugins-dir", "plugins.dir", "`folder` that is searched for plugins"},
		{"plugins-lock", "plugins.lock", "required, or off to load plugins that plugins.lock does not approve"},
		{"cache-dir", "plugins.cache_dir", "`folder` for compiled plugins, \"\" for none"},
		{"timeout", "limits.timeout", "`duration` a whole call may take, such as 30s"},
		{"log-level", "log.level", "debug, info, warn or error"},
		{"log-format", "log.format", "text or json"},
	} {
		flags.String(f.name, "", f.usage)
		flags.Lookup(f.name).Annotations = map[string][]string{settingOf: strings.Split(f.setting, ".")}
	}
}

// readFlags makes a layer of each given flag.
func readFlags(flags *pflag.FlagSet) layers {
	var out layers
	if flags == nil {
		return nil
	}
	flags.Visit(func(f *pflag.Flag) {
		path := f.Annotations[settingOf]
		if len(path) == 0 {
			return
		}
		l := newLayer()
		l.places[join(path)] = place{file: "--" + f.Name}
		var value any = f.Value.String()
		for _, key := range slices.Backward(path[1:]) {
			value = map[string]any{key: value}
		}
		l.tree[path[0]] = value
		out = append(out, l)
	})
	return out
}
