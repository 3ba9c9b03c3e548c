package config

import (
	"slices"
	"strings"
)

const (
	envPrefix = "OCRMUX_"
	// EnvConfig is the variable that names the configuration file if no flag does.
	EnvConfig = envPrefix + "CONFIG"
)

// readEnvironment makes a layer of each variable that sets a setting, in the order of their names. Variables without "__" set
// none: every setting is at least two levels deep.
func readEnvironment(environ []string) (layers, []Problem) {
	var out layers
	var problems []Problem
	for _, variable := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(variable, "=")
		rest, ok := strings.CutPrefix(name, envPrefix)
		if !ok || !strings.Contains(rest, "__") {
			continue
		}
		path, ok := envPath(rest)
		if !ok {
			problems = append(problems, Problem{File: "$" + name, Problem: "the name is not that of a setting",
				Want: "\"__\" goes a level down, \"___\" is a hyphen, as in OCRMUX_PROVIDERS__SECOND___ACCOUNT__PLUGIN"})
			continue
		}
		l, wrong := readYAML([]byte(value), "$"+name, path, true)
		problems = append(problems, wrong...)
		if len(wrong) == 0 {
			out = append(out, l)
		}
	}
	return out, problems
}

// envPath returns the setting of a variable: in lower case, "__" goes a level down, "___" is a hyphen and "_" itself. That is
// unambiguous because no name begins or ends with a hyphen or an underscore, or doubles one.
func envPath(name string) (path []string, ok bool) {
	var key strings.Builder
	name = strings.ToLower(name)
	for name != "" {
		run := len(name) - len(strings.TrimLeft(name, "_"))
		switch run {
		case 0:
			run = strings.IndexByte(name+"_", '_')
			key.WriteString(name[:run])
		case 1:
			key.WriteByte('_')
		case 2:
			path = append(path, key.String())
			key.Reset()
		case 3:
			key.WriteByte('-')
		default:
			return nil, false
		}
		name = name[run:]
	}
	path = append(path, key.String())
	for _, key := range path {
		if key == "" || strings.ContainsAny(key[:1]+key[len(key)-1:], "_-") {
			return nil, false
		}
	}
	return path, true
}
