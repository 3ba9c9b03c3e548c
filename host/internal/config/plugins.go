package config

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// Plugins returns the manifests of the plugins in the folder that an engine can use, and the other plugins with the reasons. It
// runs none of them. Both are in the order of their names.
func (c *Config) Plugins() (good []*abi.Descriptor, bad []catalog.Found, err error) {
	found, err := catalog.Find(c.Engine.Plugins)
	if err == nil {
		err = trust.Policy{Unlocked: c.Engine.Unlocked, Keys: c.Engine.TrustedKeys}.Validate(c.Engine.Plugins, found)
	}
	if err != nil {
		return nil, nil, c.asError([]Problem{c.layers.problem([]string{"plugins", "dir"}, err.Error(), "a folder of plugins that can be read, with a lock that can be read")})
	}
	for _, f := range found {
		if f.Err != nil {
			bad = append(bad, f)
			continue
		}
		good = append(good, f.Plugin.Manifest)
	}
	return good, bad, nil
}
