package config

import (
	"errors"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// Explain adds places to an error of an engine about the configuration: an error that is made of *engine.ConfigError becomes an
// *[Error]. Any other error is returned as it is.
func (c *Config) Explain(err error) error {
	var problems []Problem
	if !c.explain(err, &problems) {
		return err
	}
	return c.asError(problems)
}

// explain reports whether an error is made only of *engine.ConfigError.
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
	path := settingPath(wrong)
	p := c.layers.problem(path, wrong.Problem, wrong.Want)
	p.Reason = wrong.Reason
	if p.Want == "" {
		p.Want = c.purpose(path)
	}
	*out = append(*out, p)
	return true
}

// purpose returns the description of a setting, for problems that do not say what would be right.
func (c *Config) purpose(path []string) string {
	if len(path) == 3 && path[0] == "money" && path[1] == "budgets" {
		return "one budget for each day, and one for each month, of a provider, route or tenant"
	}
	if s := schemaAt(c.schema, path); s != nil {
		return strings.TrimSuffix(s.Description, ".")
	}
	return ""
}

// settingPath returns the setting that an engine means.
func settingPath(e *engine.ConfigError) []string {
	var path []string
	switch {
	case e.Provider != "":
		path = []string{"providers", e.Provider}
	case e.Route != "":
		path = []string{"routes", e.Route}
	case e.FrontDoor != "" && e.Key == "/plugin": // its name says which
		return []string{"front_doors", e.FrontDoor}
	case e.FrontDoor != "":
		path = []string{"front_doors", e.FrontDoor}
	case e.Key == "/plugins":
		return []string{"plugins", "dir"}
	case e.Key == "/egress":
		return []string{"limits", "egress"}
	}
	for _, key := range jsonpointer.Split(e.Key) {
		if key != "" {
			path = append(path, key)
		}
	}
	switch {
	case len(path) > 3 && path[0] == "providers" && path[2] == "price":
		path[3] = priceSetting(path[3])
	case len(path) == 2 && path[0] == "fetch_allow":
		path = []string{"fetch", "allow", path[1]}
	case len(path) == 4 && path[0] == "money" && path[1] == "budgets" && path[3] != "per":
		path = path[:3] // the engine's names of the rest are not those of the file
	}
	return path
}

// priceSetting returns the name that the file has for a part of a tariff.
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
