package edit_test

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/config/edit"
)

// FuzzSetProvider: whatever the text, either nothing is changed, with an error that says why, or the new text says what the old one said
// but for that provider, and the lines far from it are the same bytes.
func FuzzSetProvider(f *testing.F) {
	for _, text := range []string{
		commented, "", "# c", "providers:", "providers: {}", "{}", "null", "providers: {a: {labels: [x, 'y']}}", "providers:\n  a: &x\n    fit: true\n  b: *x\n",
		"providers:\r\n  a:\r\n    config: {n: 1.0, t: 2020-01-01, s: 'it''s'}\r\n", "providers:\n  a:\n    config:\n      t: |+\n        x\n\n# c\nlog: {}\n...\n",
		"providers:\n  \"a\":\n    secrets: {k: 'env:A'} # x } y\n", "providers:\n- a\n", "providers:\n  a: !!map {}\n", "providers:\n  a:\n    config: {m: {}, n: null, o: []}\n",
		"\ufeffproviders:\n  b:\n", "providers: # c\n  # d\nlog:\n", "providers:\n  a:\n    config:\n    - x\n", "---\nproviders:\n  a: \"x\n   # y\"\n",
	} {
		f.Add([]byte(text), "a", "env:K", "word", true, 3)
		f.Add([]byte(text), "b", "file:/x y: z", "two\nlines # no", false, -1)
	}
	f.Fuzz(func(t *testing.T, text []byte, name, source, word string, fit bool, number int) {
		p := config.Provider{Plugin: strings.ToValidUTF8(word, ""), Fit: &fit, Config: map[string]any{"n": number, "w": strings.ToValidUTF8(word, ""), "m": map[string]any{}}, Secrets: map[string]config.Source{"k": config.Source(strings.ToValidUTF8(source, ""))}}
		out, err := edit.SetProvider(text, name, p)
		if err != nil {
			refusedWell(t, err)
			return
		}
		before, after := settings(t, text), settings(t, out)
		got, _ := after["providers"].(map[string]any)
		entry, ok := got[name].(map[string]any)
		if !ok {
			t.Fatalf("the provider is not there:\n%s", out)
		}
		read, err := edit.Providers(out)
		if err != nil && !mayBeOdd(err) {
			t.Fatal(err)
		}
		if now := read[name]; err == nil && (now.Plugin != p.Plugin || *now.Fit != fit || now.Secrets["k"] != p.Secrets["k"] || now.Config["w"] != p.Config["w"]) {
			t.Errorf("the provider is %+v of %v, want %+v", now, entry, p)
		}
		if diff := cmp.Diff(without(before, name), without(after, name)); diff != "" {
			t.Errorf("something else has changed: -before +after\n%s", diff)
		}
		again, err := edit.SetProvider(out, name, p)
		if err != nil || !bytes.Equal(again, out) {
			t.Errorf("the same change again changes something: %v", err)
		}
		removed, err := edit.RemoveProvider(out, name)
		if err != nil {
			refusedWell(t, err)
			return
		}
		if diff := cmp.Diff(without(before, name), without(settings(t, removed), name)); diff != "" {
			t.Errorf("taking it away changes something else: -before +after\n%s", diff)
		}
	})
}

func refusedWell(t *testing.T, err error) {
	t.Helper()
	var wrong *edit.Error
	if !errors.As(err, &wrong) || wrong.Reason == "" || wrong.Problem == "" || wrong.Want == "" {
		t.Errorf("refused with %v", err)
	}
}

// mayBeOdd reports whether other providers of the text are not what a provider can be.
func mayBeOdd(err error) bool {
	var wrong *edit.Error
	return errors.As(err, &wrong) && wrong.Reason == edit.BadValue
}

// settings reads a text by other means than the package.
func settings(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		t.Fatal(err)
	}
	v, _ := plainly(&n, 0).(map[string]any)
	return v
}

// plainly is a node as scalars' tags and texts.
func plainly(n *yaml.Node, depth int) any {
	if depth > 100 {
		return "deep"
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return plainly(n.Content[0], depth+1)
	case yaml.AliasNode:
		return plainly(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := []any{}
		for _, inner := range n.Content {
			list = append(list, plainly(inner, depth+1))
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plainly(n.Content[i+1], depth+1)
		}
		return m
	case yaml.ScalarNode:
		if n.ShortTag() == "!!null" {
			return nil
		}
		return n.ShortTag() + " " + n.Value
	default:
		return nil
	}
}

// without is a text's settings without one provider; sections without settings are none.
func without(settings map[string]any, name string) map[string]any {
	out := maps.Clone(settings)
	if out == nil {
		out = map[string]any{}
	}
	if all, ok := out["providers"].(map[string]any); ok {
		all = maps.Clone(all)
		delete(all, name)
		out["providers"] = all
		if len(all) == 0 {
			delete(out, "providers")
		}
	} else if out["providers"] == nil {
		delete(out, "providers")
	}
	return out
}
