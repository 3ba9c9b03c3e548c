package config

import (
	"crypto/ed25519"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// maxSecretBytes bounds a secret's file; the longest secrets are private keys.
const maxSecretBytes = 64 << 10

// SecretSource is the source of a secret or of a trusted public key. It does not hold the secret.
type SecretSource struct {
	// Setting is the path of the setting that names the source: "providers.jumdata.secrets.app_id".
	Setting string
	// File that holds it; empty for an environment variable.
	File string
}

func newEnvironment(environ []string) map[string]string {
	m := make(map[string]string, len(environ))
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		m[name] = value
	}
	return m
}

// secrets fetches the secrets of a provider. Sources never run a command.
func (b *builder) secrets(provider string, sources map[string]Source) map[string]engine.Secret {
	out := make(map[string]engine.Secret, len(sources))
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		path := []string{"providers", provider, "secrets", name}
		text, what, want := b.fetch(string(sources[name]), path)
		if what != "" {
			b.wrong(path, what, want)
			continue
		}
		out[name] = engine.NewSecret(text)
	}
	return out
}

// clients returns the clients of a front door with their credentials. A credential that is neither in the environment nor in a file is the
// text itself, which the engine accepts for identifiers only.
func (b *builder) clients(door string, clients []map[string]ClientCredential) []engine.Client {
	out := make([]engine.Client, len(clients))
	for i, credentials := range clients {
		out[i] = engine.Client{Tenant: b.clientTenant(door, i, string(credentials[clientTenant])), Secrets: make(map[string]engine.Secret, len(credentials))}
		for _, name := range slices.Sorted(maps.Keys(credentials)) {
			if name == clientTenant {
				continue
			}
			source := string(credentials[name])
			if !strings.HasPrefix(source, "env:") && !strings.HasPrefix(source, "file:") {
				out[i].Secrets[name] = engine.WrittenSecret(source)
				continue
			}
			path := []string{"front_doors", door, "clients", strconv.Itoa(i), name}
			text, what, want := b.fetch(source, path)
			if what != "" {
				b.wrong(path, what, want)
				continue
			}
			out[i].Secrets[name] = engine.NewSecret(text)
		}
	}
	return out
}

// keys fetches the trusted public keys.
func (b *builder) keys(sources []Source) []ed25519.PublicKey {
	var out []ed25519.PublicKey
	for i, source := range sources {
		path := []string{"plugins", "trusted_keys", strconv.Itoa(i)}
		text, what, _ := b.fetch(string(source), path)
		if what != "" {
			b.wrong(path, what, "a file or variable that holds an ed25519 public key in PEM")
			continue
		}
		key, err := trust.ParsePublicKey([]byte(text))
		if err != nil {
			what, want, _ := strings.Cut(err.Error(), "; want ")
			b.wrong(path, what, want)
			continue
		}
		out = append(out, key)
	}
	return out
}

func (b *builder) fetch(source string, path []string) (text, what, want string) {
	kind, rest, _ := strings.Cut(source, ":")
	found := SecretSource{Setting: yamltree.ShowPath(path)}
	if kind == "file" {
		rest = b.resolve(rest, path...)
		found.File = rest
	}
	b.SecretSources = append(b.SecretSources, found)
	return fetch(b.environment, kind, rest)
}

// secretFile returns the path of a file that holds a secret and is read elsewhere.
func (b *builder) secretFile(path string, setting ...string) string {
	if path == "" {
		return ""
	}
	path = b.resolve(path, setting...)
	b.SecretSources = append(b.SecretSources, SecretSource{Setting: yamltree.ShowPath(setting), File: path})
	return path
}

// Secret fetches a secret from its source, "env:NAME" or "file:PATH", with an environment as os.Environ gives it. The error
// says what is wrong and what would be right, and never repeats the secret.
func Secret(environ []string, source string) (string, error) {
	kind, rest, _ := strings.Cut(source, ":")
	text, what, want := fetch(newEnvironment(environ), kind, rest)
	if what != "" {
		return "", fmt.Errorf("%s; %s", what, want)
	}
	return text, nil
}

func fetch(environment map[string]string, kind, place string) (text, what, want string) {
	switch kind {
	case "env":
		text, set := environment[place]
		switch {
		case !set:
			return "", fmt.Sprintf("the environment variable %s is not set", place), "set it, or name another source"
		case text == "":
			return "", fmt.Sprintf("the environment variable %s is empty", place), "set it to the secret"
		}
		return text, "", ""
	case "file":
		secret, err := boundedread.File(place, maxSecretBytes)
		if err != nil {
			return "", fmt.Sprintf("the file %s cannot be read: %s", place, boundedread.WithoutPath(err)), "a file that holds the secret and nothing else"
		}
		text, ended := strings.CutSuffix(string(secret), "\n")
		if ended {
			text = strings.TrimSuffix(text, "\r")
		}
		if text == "" {
			return "", fmt.Sprintf("the file %s is empty", place), "a file that holds the secret and nothing else"
		}
		return text, "", ""
	}
	return "", "is not a place where the secret is found", `write "env:NAME" for an environment variable or "file:PATH" for a file`
}
