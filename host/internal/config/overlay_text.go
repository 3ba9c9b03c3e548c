package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// overlayHeader is the comment at the beginning of the console's file.
const overlayHeader = `# The ocrmux console writes this file and replaces it as a whole: do not edit it.
# For each provider below, plugin, config, secrets, labels and fit replace those in the configuration file.
# To undo one change, open the provider in the console. To undo all of them, delete this file.
`

// Text returns the file that the entries make: a comment and the section "providers". It refuses secrets that are not named by
// their source, and files that are too long.
func (o *Overlay) Text() ([]byte, error) {
	for name, p := range o.Providers {
		for secret, source := range p.Secrets {
			if !source.Valid() {
				return nil, fmt.Errorf("the secret %q of provider %q is not named by its source", secret, name)
			}
		}
	}
	text, err := providersText(o.Providers)
	if err != nil {
		return nil, err
	}
	text = append([]byte(overlayHeader), text...)
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("the console's file would have more than %d bytes", maxFileBytes)
	}
	return text, nil
}

// ProviderText returns one provider as YAML, as it can be written into a configuration file.
func ProviderText(name string, p Provider) ([]byte, error) {
	return providersText(map[string]Provider{name: p})
}

// providersText returns the section "providers" as YAML, in the order of names and, within a provider, of the documentation.
func providersText(providers map[string]Provider) ([]byte, error) {
	section := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		text, err := json.Marshal(providers[name])
		if err != nil {
			return nil, fmt.Errorf("config: provider %s: %w", name, err)
		}
		var entry yaml.Node // JSON is YAML, and keeps the order
		if err := yaml.Unmarshal(text, &entry); err != nil {
			return nil, fmt.Errorf("config: provider %s: %w", name, err)
		}
		trim(entry.Content[0])
		section.Content = append(section.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, entry.Content[0])
	}
	restyle(section)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(map[string]*yaml.Node{"providers": section}); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return b.Bytes(), nil
}

// trim removes the sections of a provider that have no settings. It leaves the plugin's own settings as they are.
func trim(n *yaml.Node) {
	kept := n.Content[:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.MappingNode {
			if key.Value != "config" {
				trim(value)
			}
			if len(value.Content) == 0 {
				continue
			}
		}
		kept = append(kept, key, value)
	}
	n.Content = kept
}

// restyle writes mappings in block style, lists of plain values in one line, and quotes only where they are needed.
func restyle(n *yaml.Node) {
	n.Style = 0
	plain := true
	for _, inner := range n.Content {
		restyle(inner)
		plain = plain && inner.Kind == yaml.ScalarNode
	}
	if n.Kind == yaml.SequenceNode && plain || n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
}
