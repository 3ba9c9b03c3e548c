package engine_test

import (
	"errors"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
)

// A key of a ConfigError is a JSON pointer: a name's own slash must not look like a step down.
func TestConfigErrorKeyEscapesNames(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*engine.ProviderConfig){
		"/config/a~1b~0":  func(p *engine.ProviderConfig) { p.Config["a/b~"] = 1 },
		"/secrets/a~1b~0": func(p *engine.ProviderConfig) { p.Secrets["a/b~"] = engine.NewSecret(keySecret) },
	} {
		p := actor("https://ocr.example")
		change(&p)
		cfg := config(t)
		cfg.Providers = map[string]engine.ProviderConfig{"p": p}
		_, err := engine.Open(t.Context(), cfg)
		if wrong := (*engine.ConfigError)(nil); !errors.As(err, &wrong) || wrong.Key != want {
			t.Errorf("%v, want the key %s", err, want)
		}
	}
}
