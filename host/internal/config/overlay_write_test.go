package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

func TestOverlayIsWrittenAndReadAgain(t *testing.T) {
	t.Parallel()
	no := false
	c, dir, err := filesOf(t, twoAccounts, "")
	if err != nil {
		t.Fatal(err)
	}
	before := c.Version()
	odd := map[string]any{
		"id": int64(9007199254740993), "most": uint64(18446744073709551615), "share": 0.25, "big": 1e300, "yes": true, "none": nil, "empty": map[string]any{}, "list": []any{},
		"text": "yes", "number": "0x10", "date": "2020-01-01", "lines": "two\nlines # no\n", "key: #": "<&>\u2028\ufeff\x00'\"", "": "x", "~": "null", "deep": []any{map[string]any{"a": []any{1, "1"}}},
	}
	c.Overlay.Providers["one"] = config.Provider{Plugin: "jumdata", Config: odd, Secrets: map[string]config.Source{"app_id": "env:ID", "app_secret": "file:secret"}, Labels: []string{"a", "true"}, Fit: &no}
	c.Overlay.Providers["9"] = config.Provider{Plugin: "local"}
	if err := c.Overlay.Write(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(c.Overlay.Path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
	text, err := os.ReadFile(c.Overlay.Path)
	if err != nil || !strings.HasPrefix(string(text), "# The ocrmux console writes this file") {
		t.Errorf("%v\n%s", err, text)
	}
	again, err := config.Load(config.Sources{Path: filepath.Join(dir, "config.yaml"), Environ: []string{"ID=id"}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, want := range c.Overlay.Providers {
		same, err := config.SameProvider(want, again.Overlay.Providers[name])
		if err != nil || !same {
			t.Errorf("%s has become %v (%v):\n%s", name, again.Overlay.Providers[name], err, text)
		}
	}
	if again.Version() == before {
		t.Error("the version is still the same")
	}
	clear(again.Overlay.Providers)
	if err := again.Overlay.Write(); err != nil {
		t.Fatal(err)
	}
	if c, err = config.Load(config.Sources{Path: filepath.Join(dir, "config.yaml"), Environ: []string{"ID=id"}}); err != nil || len(c.Overlay.Providers) > 0 || c.File.Providers["one"].Fit == nil {
		t.Errorf("without entries: %v, %v", c.File.Providers, err)
	}
}

func TestOverlayThatSomebodyElseHasChangedIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, now string }{
		"changed": {"providers: {one: {plugin: jumdata}}\n", "providers: {}\n"}, "made": {"", "providers: {}\n"}, "gone": {"providers: {}\n", ""},
	} {
		cfg, _, err := filesOf(t, twoAccounts, c.before)
		if err != nil {
			t.Fatal(err)
		}
		_ = os.Remove(cfg.Overlay.Path)
		if c.now != "" {
			if err := os.WriteFile(cfg.Overlay.Path, []byte(c.now), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cfg.Overlay.Providers["three"] = config.Provider{Plugin: "local"}
		var changed *config.ChangedError
		if err := cfg.Overlay.Write(); !errors.As(err, &changed) {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(cfg.Overlay.Path); string(text) != c.now || err != nil && c.now != "" {
			t.Errorf("%s: the file is %q (%v)", name, text, err)
		}
	}
}

func TestOverlayThatCannotBeWrittenIsSaidWithPathAndCure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	blocked := filepath.Join(dir, "folder")
	if err := os.Mkdir(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a folder that is not there": filepath.Join(dir, "no", "console.yaml"), "a folder": blocked} {
		o := &config.Overlay{Path: path, Providers: map[string]config.Provider{"one": {Plugin: "local"}}}
		var wrong *config.FileError
		if err := o.Write(); !errors.As(err, &wrong) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "console.file") {
			t.Errorf("%s: %v", name, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v (%v)", entries, err)
	}
}

func TestOverlayBehindALinkIsReplacedThere(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	target, link := filepath.Join(elsewhere, "real.yaml"), filepath.Join(dir, "link.yaml")
	if err := errors.Join(os.WriteFile(target, []byte("providers: {}\n"), 0o600), os.Symlink(target, link)); err != nil {
		t.Skip(err)
	}
	c, err := config.Load(config.Sources{Environ: []string{"OCRMUX_CONSOLE__FILE=" + link}})
	if err != nil {
		t.Fatal(err)
	}
	c.Overlay.Providers["one"] = config.Provider{Plugin: "local"}
	if err := c.Overlay.Write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(target)
	info, statErr := os.Lstat(link)
	if err := errors.Join(err, statErr); err != nil || !strings.Contains(string(text), "plugin: local") || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("%v, %v\n%s", err, info.Mode(), text)
	}
}

func TestOverlayNeverHoldsASecret(t *testing.T) {
	t.Parallel()
	o := &config.Overlay{Path: filepath.Join(t.TempDir(), "console.yaml"), Providers: map[string]config.Provider{"one": {Secrets: map[string]config.Source{"key": "hunter2"}}}}
	if err := o.Write(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(o.Path); err == nil {
		t.Error("the file was written")
	}
}
