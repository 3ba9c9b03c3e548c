package config

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/v2"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// overlaySettings are the settings of a provider that the console's form has. An entry of the overlay replaces all of them.
var overlaySettings = []string{"plugin", "config", "secrets", "labels", "fit"}

// Overlay is the file that the console writes: a layer above the configuration file and below variables and flags. For each
// provider it replaces the settings that the console's form has: plugin, config, secrets, labels and fit, all of them, also
// those that the entry does not mention. Price and limits stay those of the configuration file.
//
// An Overlay is not safe for concurrent use.
type Overlay struct {
	// Path of the file, which may not exist yet. It is empty where there is no place for the file: without a configuration
	// file and without the setting console.file.
	Path string
	// Providers are the entries by name. [Overlay.Text] and [Overlay.Write] write them as they are then.
	Providers map[string]Provider

	read []byte // nil if the file does not exist
}

// Overlaid returns what an entry of the overlay has of a provider: the settings that it replaces, with the plugin's name also
// where it is the default.
func (p Provider) Overlaid(name string) Provider {
	return Provider{Plugin: cmp.Or(p.Plugin, name), Config: p.Config, Secrets: p.Secrets, Labels: p.Labels, Fit: p.Fit}
}

// SameProvider reports whether two providers have the same settings. The error says that one of them cannot be written as JSON.
func SameProvider(a, b Provider) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("config: %w", err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("config: %w", err)
	}
	return bytes.Equal(left, right), nil
}

// overlayPath returns the path of the console's file: console.file, or else NAME.console.yaml beside NAME.yaml.
func (c *Config) overlayPath() (path string, problems []Problem) {
	path = besideFile(c.Path)
	setting := []string{"console", "file"}
	for _, l := range slices.Backward(c.layers) {
		section, _ := l.tree[setting[0]].(map[string]any)
		named, ok := section[setting[1]].(string)
		if !ok {
			continue // the schema refuses what is no text
		}
		if path = named; path != "" && l.places[join(setting)].line > 0 && !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(c.Path), path)
		}
		break
	}
	if path != "" && c.Path != "" && filepath.Clean(path) == filepath.Clean(c.Path) {
		return "", []Problem{c.layers.problem(setting, "is the configuration file itself", "a file of the console's own")}
	}
	return path, nil
}

// besideFile returns NAME.console.yaml for NAME.yaml, and nothing without a file.
func besideFile(path string) string {
	if path == "" {
		return ""
	}
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".console.yaml"
}

// readOverlay reads the console's file, or text in its place unless that is nil.
func (c *Config) readOverlay(path string, text []byte) (*layer, []Problem) {
	c.Overlay = &Overlay{Path: path}
	if path == "" && text == nil {
		return newLayer(), nil
	}
	if text == nil {
		var err error
		switch text, err = boundedread.File(path, maxFileBytes); {
		case errors.Is(err, fs.ErrNotExist):
			return newLayer(), nil
		case err != nil:
			return newLayer(), []Problem{{File: path, Problem: "the console's file cannot be read: " + boundedread.WithoutPath(err).Error(), Want: "a file that the program's user may read"}}
		}
		c.Overlay.read = text
	}
	l, problems := readYAML(text, path, nil, false)
	if len(problems) == 0 {
		problems = checkOverlay(l)
	}
	return l, problems
}

// checkOverlay refuses, and takes from the layer, what the console does not write. The schema checks the rest.
func checkOverlay(l *layer) []Problem {
	var problems []Problem
	refuse := func(tree map[string]any, path ...string) {
		delete(tree, path[len(path)-1])
		problems = append(problems, layers{l}.problemAtKey(path, "the console does not write this setting",
			"set it in the configuration file, or delete this file to undo all changes of the console"))
	}
	for key := range l.tree {
		if key != "providers" {
			refuse(l.tree, key)
		}
	}
	providers, _ := l.tree["providers"].(map[string]any)
	for name, entry := range providers {
		if entry == nil {
			problems = append(problems, layers{l}.problemAtKey([]string{"providers", name}, "has no settings",
				"write its plugin; the console can disable a provider of the configuration file, but not remove it"))
		}
		settings, _ := entry.(map[string]any)
		for setting := range settings {
			if !slices.Contains(overlaySettings, setting) {
				refuse(settings, "providers", name, setting)
			}
		}
	}
	return problems
}

// replaceBy takes from a configuration file what the overlay replaces.
func (l *layer) replaceBy(overlay *layer) {
	providers, _ := l.tree["providers"].(map[string]any)
	replaced, _ := overlay.tree["providers"].(map[string]any)
	for name := range replaced {
		settings, _ := providers[name].(map[string]any)
		for _, setting := range overlaySettings {
			delete(settings, setting)
			at := join([]string{"providers", name, setting})
			maps.DeleteFunc(l.places, func(path string, _ place) bool { return path == at || strings.HasPrefix(path, at+"\x00") })
		}
	}
}

// FileProviders returns the providers as the configuration file and the console's file together define them, by name, without
// variables and flags.
func (c *Config) FileProviders() (map[string]Provider, error) {
	return c.layers[:fileLayers].providers(c.schema)
}

// providers decodes the providers of some layers alone.
func (ls layers) providers(schema *validator.Schema) (map[string]Provider, error) {
	settings, err := ls.merge(schema)
	if err != nil {
		return nil, err
	}
	var f struct {
		Providers map[string]Provider `json:"providers"`
	}
	if err := settings.UnmarshalWithConf("", &f, koanf.UnmarshalConf{Tag: "json"}); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if f.Providers == nil {
		f.Providers = make(map[string]Provider)
	}
	return f.Providers, nil
}

// Version identifies the present content of the configuration file and the console's file: any change of either changes it.
func (c *Config) Version() string {
	h := sha256.New()
	h.Write(fmt.Appendf(nil, "%d %t ", len(c.text), c.Overlay.read != nil))
	h.Write(c.text)
	h.Write(c.Overlay.read)
	return hex.EncodeToString(h.Sum(nil))
}

// ChangedError says that the console's file is no longer as it was read.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s has changed since it was read; read it again and repeat the change", e.Path)
}

// Write replaces the console's file by [Overlay.Text], as a whole: readers, and a crash, see the old file or the new one. The
// file's mode is 0600. Through a symbolic link, its target is replaced.
//
// The error is a *[ChangedError] if the file has changed since it was read, and a *[FileError] if it cannot be written.
// Programs that write the same file at the same moment must agree by themselves.
func (o *Overlay) Write() error {
	text, err := o.Text()
	if err != nil {
		return err
	}
	path := o.Path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	now, err := boundedread.File(path, maxFileBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		now = nil
	case err != nil:
		return &FileError{o.Path, "cannot be read", err}
	}
	if (now == nil) != (o.read == nil) || !bytes.Equal(now, o.read) {
		return &ChangedError{o.Path}
	}
	if err := replaceFile(path, text); err != nil {
		return &FileError{o.Path, "cannot be written", err}
	}
	o.read = text
	return nil
}
