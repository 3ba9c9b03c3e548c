package console

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

// changedSetting is one setting before and after a change, as JSON; empty where it is not set.
type changedSetting struct{ Setting, Before, After string }

// changedSettings returns the settings of a provider that differ, in the order of their names. A nil provider has none.
func changedSettings(name string, before, after *config.Provider) ([]changedSetting, error) {
	a, err := settingsOf(name, before)
	if err != nil {
		return nil, err
	}
	b, err := settingsOf(name, after)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []changedSetting
	for _, setting := range slices.Sorted(maps.Keys(all)) {
		if a[setting] != b[setting] {
			out = append(out, changedSetting{setting, a[setting], b[setting]})
		}
	}
	return out, nil
}

// settingsOf returns a provider's settings by their paths: "config.timeout".
func settingsOf(name string, p *config.Provider) (map[string]string, error) {
	out := make(map[string]string)
	if p == nil {
		return out, nil
	}
	text, err := json.Marshal(p.Overlaid(name))
	if err != nil {
		return nil, err
	}
	tree, err := parseJSON(string(text))
	if err != nil {
		return nil, err
	}
	flatten(out, "", tree)
	return out, nil
}

func flatten(into map[string]string, path string, v any) {
	if m, ok := v.(map[string]any); ok {
		for key, inner := range m {
			flatten(into, strings.TrimPrefix(path+"."+key, "."), inner)
		}
		return
	}
	if text, err := canonical(v); err == nil {
		into[path] = text
	}
}
