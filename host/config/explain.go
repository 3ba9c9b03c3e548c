package config

import (
	"errors"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
)

// Explain finds the place of what an engine says is wrong with the configuration: an error that is made of
// *engine.ConfigError becomes a *[Error], any other stays as it is.
func (c *Config) Explain(err error) error {
	var problems []Problem
	if !c.explain(err, &problems) {
		return err
	}
	return asError(problems)
}

// explain reports whether an error is made of nothing but engine.ConfigErrors.
func (c *Config) explain(err error, out *[]Problem) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if !c.explain(e, out) {
				return false
			}
		}
		return true
	}
	var wrong *engine.ConfigError
	if !errors.As(err, &wrong) {
		return false
	}
	*out = append(*out, c.layers.problem(settingPath(wrong), wrong.Problem, wrong.Want))
	return true
}

// settingPath is the setting that an engine means.
func settingPath(e *engine.ConfigError) []string {
	var path []string
	switch {
	case e.Provider != "":
		path = []string{"providers", e.Provider}
	case e.Route != "":
		path = []string{"routes", e.Route}
	case e.FrontDoor != "":
		path = []string{"front_doors", e.FrontDoor}
	case e.Key == "/plugins":
		return []string{"plugins", "dir"}
	case e.Key == "/egress":
		return []string{"limits", "egress"}
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for key := range strings.SplitSeq(strings.TrimPrefix(e.Key, "/"), "/") {
		if key != "" {
			path = append(path, unescape.Replace(key))
		}
	}
	if len(path) > 3 && path[0] == "providers" && path[2] == "price" {
		path[3] = priceSetting(path[3])
	}
	return path
}

// priceSetting is what the file calls a part of a tariff.
func priceSetting(name string) string {
	switch name {
	case "bought":
		return "tier"
	case "volume":
		return "monthly"
	default:
		return name
	}
}
