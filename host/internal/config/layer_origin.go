package config

import "strings"

// OriginKind says what kind of source sets a setting.
type OriginKind string

// The sources, in rising order of precedence.
const (
	FromFile        OriginKind = "file"
	FromConsole     OriginKind = "console"
	FromEnvironment OriginKind = "environment"
	FromFlag        OriginKind = "flag"
)

// Origin is a source that sets a setting.
type Origin struct {
	Kind OriginKind
	// Name of the file, the variable or the flag: "ocrmux.yaml", "OCRMUX_LOG__LEVEL", "--log-level".
	Name string
	// Line of the setting in a file, from 1; 0 elsewhere.
	Line int
}

// Origins returns the sources that set the setting at a path or something inside it, in rising order of precedence.
func (c *Config) Origins(path ...string) []Origin {
	var out []Origin
	for i, l := range c.layers {
		at, ok := l.places[join(path)]
		for inner, p := range l.places {
			if !ok && strings.HasPrefix(inner, join(path)+"\x00") {
				at, ok = p, true // variables and flags have one place; a file has the path itself
			}
		}
		if !ok {
			continue
		}
		o := Origin{Kind: FromFile, Name: at.file, Line: at.keyLine}
		switch {
		case i >= fileLayers && strings.HasPrefix(at.file, "--"):
			o.Kind = FromFlag
		case i >= fileLayers:
			o.Kind, o.Name = FromEnvironment, strings.TrimPrefix(at.file, "$")
		case i == fileLayers-1:
			o.Kind = FromConsole
		}
		out = append(out, o)
	}
	return out
}
