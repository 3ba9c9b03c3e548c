package engine

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
)

// ProviderInfo is a snapshot of a provider, or of a plugin that serves none.
type ProviderInfo struct {
	Name      string         `json:"name"`
	Plugin    string         `json:"plugin"`
	Kind      PluginKind     `json:"kind"`
	Version   string         `json:"version,omitempty"`
	ABI       string         `json:"abi,omitempty"`
	Documents []DocumentInfo `json:"documents,omitempty"`
	State     PluginState    `json:"state"`
	// Reason says why the state is not ready.
	Reason Message `json:"reason,omitzero"`
	// Instances of the plugin now, and how many were replaced after a failure or by age.
	Instances int `json:"instances"`
	Replaced  int `json:"replaced"`
	// Manifest of the plugin, nil if it cannot be read. Pages take the plugin's texts in their language from it, without
	// reading the plugins again. It is shared by all snapshots: do not change it.
	Manifest *abi.Descriptor `json:"-"`
}

// DocumentInfo is a document that a provider can read.
type DocumentInfo struct {
	Document string   `json:"document"`
	Sides    []Side   `json:"sides,omitempty"`
	Extras   []string `json:"extras,omitempty"`
}

// list returns all providers by name, and then the plugins that serve none.
func (g *generation) list() []ProviderInfo {
	out := make([]ProviderInfo, 0, len(g.providers)+len(g.idle))
	for _, name := range slices.Sorted(maps.Keys(g.providers)) {
		p := g.providers[name]
		info := describe(p.name, p.serves, p.plugin)
		switch {
		case p.loadErr != nil:
			info.State, info.Reason = catalog.Broken, message.Error(p.loadErr)
		default:
			s := p.module.Status()
			info.State, info.Reason, info.Instances, info.Replaced = s.State, s.Reason, s.Instances, s.Replaced
			if err := g.refused[p.serves]; err != nil && info.Reason.IsZero() {
				info.Reason = message.New(message.NewerRefused, "reason", message.Error(err))
			}
		}
		out = append(out, info)
	}
	return append(out, g.idle...)
}

// listIdle lists the plugins that no provider uses.
func (g *generation) listIdle(found []catalog.Found) {
	used := make(map[string]bool)
	for _, p := range g.users() {
		used[p.plugin.Path] = true
	}
	for _, f := range found {
		if used[f.Plugin.Path] {
			continue
		}
		info := describe(f.Name, f.Name, f.Plugin)
		switch {
		case f.Err != nil:
			info.State, info.Reason = catalog.Broken, message.Error(f.Err)
		case needsSecret(f.Plugin.Manifest):
			info.State, info.Reason = NotConfigured, message.New(message.NeedsSecrets, "secrets", inWords(manifest.SecretSets(f.Plugin.Manifest)))
		default:
			info.State, info.Reason = NotConfigured, message.New(message.NoProviderUses)
		}
		g.idle = append(g.idle, info)
	}
}

func describe(name, plugin string, p catalog.Plugin) ProviderInfo {
	info := ProviderInfo{Name: name, Plugin: plugin, Kind: p.Kind, Manifest: p.Manifest}
	d := p.Manifest
	if d == nil {
		return info
	}
	info.Version = d.Version
	if d.ABI != nil {
		info.ABI = fmt.Sprintf("%d.%d", d.ABI.Major, d.ABI.Minor)
	}
	for _, doc := range d.Documents {
		info.Documents = append(info.Documents, DocumentInfo{Document: doc.Document, Sides: doc.Sides, Extras: doc.Extras})
	}
	return info
}

// schemaLeaves returns the plugin's config schema, flattened.
func (p *provider) schemaLeaves() []abi.Leaf {
	a, err := leaf.Flatten("application/json", p.plugin.Manifest.ConfigSchema, leaf.Options{})
	if err != nil {
		return nil
	}
	return a.Leaves
}
