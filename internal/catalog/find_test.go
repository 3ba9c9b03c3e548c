package catalog_test

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// about is the manifest of a plugin of this name.
func about(name string) string {
	return `{"name": "` + name + `", "version": "1.0.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}]}`
}

// module is the smallest module there is, with a manifest.
func module(t *testing.T, text string) string {
	t.Helper()
	b, err := plugintest.Hollow(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFindJudgesEachPluginByItself(t *testing.T) {
	const fine = catalog.Cause("")
	long := strings.Repeat(" ", 256<<10)
	for _, tt := range []struct {
		name  string
		files map[string]string
		cause catalog.Cause
		says  string
	}{
		{"a module", map[string]string{"bad.wasm": module(t, about("bad"))}, fine, ""},
		{"an executable with its manifest", map[string]string{"bad": "#!/bin/true", "bad.manifest.json": about("bad")}, fine, ""},
		{"a provider file", map[string]string{"bad.provider.yaml": "manifest: " + about("bad")}, fine, ""},
		{"a provider file without a manifest", map[string]string{"bad.provider.yaml": "request: {}"}, catalog.BadManifest, `bad.provider.yaml:1:1: the file lacks "manifest"`},
		{"an empty provider file", map[string]string{"bad.provider.yaml": ""}, catalog.BadManifest, `bad.provider.yaml:1:1: the file lacks "manifest"`},
		{"a provider file that is no YAML", map[string]string{"bad.provider.yaml": "manifest: [\n"}, catalog.BadManifest, "bad.provider.yaml:1:1: is not YAML"},
		{"a provider file whose manifest makes no sense", map[string]string{"bad.provider.yaml": "manifest:\n  version: one\n  name: bad\n  abi: {major: 1}\n"}, catalog.BadManifest, "bad.provider.yaml:2:12: manifest: version: \"one\" is no semantic version"},
		{"a provider file for a newer ABI", map[string]string{"bad.provider.yaml": "manifest: " + strings.Replace(about("bad"), `"major": 1`, `"major": 2`, 1)}, catalog.WrongABI, "upgrade ocrmux"},
		{"a provider file that is too long", map[string]string{"bad.provider.yaml": "manifest: " + about("bad") + long + long}, catalog.NotAPlugin, "524,288 bytes"},
		{"an empty module", map[string]string{"bad.wasm": ""}, catalog.BadManifest, ""},
		{"a module that is none", map[string]string{"bad.wasm": "\x7fELF"}, catalog.BadManifest, "WebAssembly"},
		{"a module without a manifest", map[string]string{"bad.wasm": "\x00asm\x01\x00\x00\x00"}, catalog.BadManifest, "manifest"},
		{"a manifest without its executable", map[string]string{"bad.manifest.json": about("bad")}, catalog.NotAPlugin, "bad cannot be read: no such file"},
		{"a manifest that is too long", map[string]string{"bad": "x", "bad.manifest.json": about("bad") + long}, catalog.BadManifest, "262,144 bytes"},
		{"a manifest with a misspelt key", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), `"documents"`, `"document"`, 1))}, catalog.BadManifest, "document: no such key"},
		{"a manifest that makes no sense", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), "1.0.0", "one", 1))}, catalog.BadManifest, "semantic version"},
		{"the manifest of another plugin", map[string]string{"bad.wasm": module(t, about("other"))}, catalog.BadManifest, `"other"`},
		{"an older ABI", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), `"major": 1`, `"major": 0, "minor": 9`, 1))}, catalog.BadManifest, "abi.major"},
		{"a newer ABI", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), `"major": 1`, `"major": 2`, 1))}, catalog.WrongABI, "upgrade ocrmux"},
		{"a newer minor ABI", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), `"major": 1`, `"major": 1, "minor": 7`, 1))}, catalog.WrongABI, "upgrade ocrmux"},
		{"a newer ABI with words of its own", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), `"major": 1}`, `"major": 2}, "novelty": 1`, 1))}, catalog.WrongABI, "upgrade ocrmux"},
		{"a feature that this host lacks", map[string]string{"bad.wasm": module(t, strings.Replace(about("bad"), `"documents"`, `"features": ["cipher"], "documents"`, 1))}, catalog.WrongABI, "cipher"},
		{"two plugins of one name", map[string]string{"bad.wasm": module(t, about("bad")), "bad": "x", "bad.manifest.json": about("bad")}, catalog.NotAPlugin, "both bad and bad.wasm"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.files["good.wasm"] = module(t, about("good"))
			for name, text := range tt.files {
				write(t, filepath.Join(dir, name), text)
			}
			found, err := catalog.Find(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) != 2 || found[0].Name != "bad" || found[1].Name != "good" || found[1].Err != nil {
				t.Fatalf("found %+v", found)
			}
			bad := found[0]
			if tt.cause == fine {
				if bad.Err != nil || bad.Plugin.Manifest.Name != "bad" || bad.Plugin.SHA256 != sha256.Sum256(bad.Plugin.Code) {
					t.Errorf("found %+v", bad)
				}
				return
			}
			var e *catalog.PluginError
			if !errors.As(bad.Err, &e) || e.Cause != tt.cause || e.Plugin != "bad" || !strings.Contains(e.Error(), tt.says) || strings.Contains(e.Error(), dir) {
				t.Errorf("error is %v, want %s and …%s…", bad.Err, tt.cause, tt.says)
			}
		})
	}
}

func TestAPluginThatThisHostCannotServeSaysWhichSideToUpgrade(t *testing.T) {
	for _, tt := range []struct {
		name, old, new string
		code           message.Code
		params         []any
	}{
		{"a newer major", `"major": 1`, `"major": 2`, message.PluginABINewer, []any{"theirs", 2, "ours", 1}},
		{"a newer minor", `"major": 1`, `"major": 1, "minor": 7`, message.PluginABIMinor, []any{"theirs", "1.7", "ours", "1.0"}},
		{"an unknown feature", `"documents"`, `"features": ["cipher"], "documents"`, message.PluginABIFeatures, []any{"features", "cipher", "ours", "1.0"}},
		{"a feature with words of its own", `"documents"`, `"features": ["cipher"], "ciphers": [], "documents"`, message.PluginABIFeatures, []any{"features", "cipher", "ours", "1.0"}},
	} {
		text := strings.Replace(about("bad"), tt.old, tt.new, 1)
		for kind, files := range map[catalog.Kind]map[string]string{
			catalog.WASM:    {"bad.wasm": module(t, text)},
			catalog.Process: {"bad": "\x7fELF", "bad.manifest.json": text},
		} {
			t.Run(tt.name+", "+string(kind), func(t *testing.T) {
				dir := t.TempDir()
				for name, content := range files {
					write(t, filepath.Join(dir, name), content)
				}
				found, err := catalog.Find(dir)
				if err != nil || len(found) != 1 {
					t.Fatalf("found %+v, %v", found, err)
				}
				want := message.New(tt.code, append(tt.params, "provider", message.New(message.PluginProvider, "name", `"bad"`))...)
				var e *catalog.PluginError
				if !errors.As(found[0].Err, &e) || e.Plugin != "bad" || e.Cause != catalog.WrongABI || !e.Detail.Equal(want) {
					t.Errorf("the error is %v, want %s", found[0].Err, want)
				}
			})
		}
	}
}

func TestFindListsPluginsByNameAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b-x", "b", "a"} {
		write(t, filepath.Join(dir, name+".wasm"), module(t, about(name)))
	}
	for _, name := range []string{"README.md", ".hidden.wasm", "._a.wasm", "tool", "notes.json"} {
		write(t, filepath.Join(dir, name), "not for us")
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.wasm"), 0o700); err != nil {
		t.Fatal(err)
	}
	found, err := catalog.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, f.Name)
		if (f.Err != nil) != (f.Name == "folder") {
			t.Errorf("%s: %v", f.Name, f.Err)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "b-x", "folder"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFindInNoFolder(t *testing.T) {
	for _, dir := range []string{"", filepath.Join(t.TempDir(), "none")} {
		if found, err := catalog.Find(dir); err != nil || len(found) != 0 {
			t.Errorf("%q: %v, %v", dir, found, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	if _, err := catalog.Find(file); err == nil || strings.Contains(err.Error(), file) {
		t.Errorf("a file is no folder; got %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
