package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// standIn replaces secrets that were not given. It is never shown, and no digest is computed from it.
const standIn = "stand-in of a dry run"

// account is the provider's configuration in the flags.
type account struct {
	config   map[string]any
	texts    map[string]string // secrets that were given
	standIns []string          // secrets that were not
	now      time.Time
}

func (a *account) provider() engine.ProviderConfig {
	cfg := engine.ProviderConfig{Config: a.config, Secrets: map[string]engine.Secret{}}
	for name, text := range a.texts {
		cfg.Secrets[name] = engine.NewSecret(text)
	}
	for _, name := range a.standIns {
		cfg.Secrets[name] = engine.NewSecret(standIn)
	}
	return cfg
}

// account reads the flags. Its errors contain no values, which may be secrets.
func (p *Program) account(d *abi.Descriptor, f runFlags) (*account, error) {
	a := &account{config: map[string]any{}, texts: map[string]string{}}
	for _, setting := range f.config {
		key, text, ok := strings.Cut(setting, "=")
		if !ok || key == "" {
			return nil, errors.New("--config: write KEY=VALUE, such as endpoint=https://api.example.com")
		}
		a.config[key] = scalar(text)
	}
	for _, secret := range f.secrets {
		name, source, ok := strings.Cut(secret, "=")
		if !ok || name == "" {
			return nil, errors.New("--secret: write NAME=env:VARIABLE or NAME=file:PATH")
		}
		text, err := config.Secret(p.Environ, source)
		if err != nil {
			return nil, fmt.Errorf("--secret %s: %w", name, err)
		}
		a.texts[name] = text
	}
	if len(f.secrets) == 0 {
		if sets := manifest.SecretSets(d); len(sets) > 0 {
			a.standIns = sets[0].Names
		}
	}
	if f.now != "" {
		var err error
		if a.now, err = time.Parse(time.RFC3339Nano, f.now); err != nil {
			return nil, fmt.Errorf("--now is %q; write it like 2026-01-02T03:04:05Z", f.now)
		}
	}
	return a, nil
}

// scalar parses a value as in the configuration file: a number, true or false, a list, or a text.
func scalar(text string) any {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return text
	}
	switch v.(type) {
	case bool, int, float64, []any, map[string]any, string:
		return v
	}
	return text
}

// wrongFlags returns the engine's errors about a provider's configuration with the names of the flags.
func wrongFlags(err error) error {
	var problems []error
	var walk func(error) bool
	walk = func(err error) bool {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				if !walk(e) {
					return false
				}
			}
			return true
		}
		var wrong *engine.ConfigError
		if !errors.As(err, &wrong) {
			return false
		}
		where := strings.NewReplacer("/config/", "--config ", "/config", "--config", "/secrets/", "--secret ", "/secrets", "--secret").Replace(wrong.Key)
		problems = append(problems, fmt.Errorf("%s: %s; want %s", where, wrong.Problem, wrong.Want))
		return true
	}
	if !walk(err) {
		return internal(err)
	}
	return usage(errors.Join(problems...))
}
