package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

// FuzzOverlay: whatever the console's file holds, it is refused with the place, or what it says is written and read again.
func FuzzOverlay(f *testing.F) {
	for _, text := range []string{
		"", "providers: {}", "providers: {a: {plugin: b, config: {x: [1, {y: null}]}, secrets: {k: 'env:A'}, labels: [a], fit: true}}", "providers: {a: }", "providers: [a]", "a: 1", "providers: {a: {price: {}}}",
		"providers:\n  a: &x {fit: true}\n  b: *x\n", "providers: {a: {secrets: {k: hunter2}}}", "providers: {a: {config: {d: 2020-01-01, n: 1.0, u: 18446744073709551615, s: \"\\u2028\\0\"}}}", "\t", "null",
	} {
		f.Add([]byte(text))
	}
	main := filepath.Join(f.TempDir(), "config.yaml")
	if err := os.WriteFile(main, []byte("providers: {a: {price: {per_call: \"1\"}}, z: {}}\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if text == nil {
			text = []byte{}
		}
		c, err := config.LoadPlugins(config.Sources{Path: main, Overlay: text})
		if err != nil {
			var wrong *config.Error
			if !errors.As(err, &wrong) || strings.Contains(err.Error(), "hunter2") {
				t.Fatal(err)
			}
			for _, p := range wrong.Problems {
				if p.Line == 0 || p.Want == "" {
					t.Errorf("without place or cure: %v", p)
				}
			}
			return
		}
		out, err := c.Overlay.Text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.LoadPlugins(config.Sources{Path: main, Overlay: out})
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		for name, p := range c.Overlay.Providers {
			if same, err := config.SameProvider(p, again.Overlay.Providers[name]); err != nil || !same {
				t.Errorf("%s: %v has become %v (%v):\n%s", name, p, again.Overlay.Providers[name], err, out)
			}
		}
		if len(again.Overlay.Providers) != len(c.Overlay.Providers) || again.File.Providers["a"].Price.PerCall != "1" {
			t.Errorf("the providers have become %v, those of both files %v", again.Overlay.Providers, again.File.Providers)
		}
	})
}
