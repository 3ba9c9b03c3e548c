package catalog_test

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestFindHashesWhatAnExecutableBringsAlong(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x"), "code")
	write(t, filepath.Join(dir, "x.manifest.json"), about("x"))
	write(t, filepath.Join(dir, "elsewhere"), "library")
	write(t, filepath.Join(dir, "y.wasm"), module(t, about("y")))
	for _, folder := range []string{"x.d", "x.d/a", "y.d"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "x.d", "a", "model"), "model")
	write(t, filepath.Join(dir, "x.d", "a-b"), "")
	write(t, filepath.Join(dir, "y.d", "file"), "a module reads no file")
	want := []catalog.Brought{{Path: "x.d/a-b", SHA256: sha256.Sum256(nil)}, {Path: "x.d/a/model", Size: 5, SHA256: sha256.Sum256([]byte("model"))}}
	if runtime.GOOS != "windows" {
		if err := os.Symlink(filepath.Join("..", "elsewhere"), filepath.Join(dir, "x.d", "lib.so")); err != nil {
			t.Fatal(err)
		}
		want = append(want, catalog.Brought{Path: "x.d/lib.so", Size: 7, SHA256: sha256.Sum256([]byte("library"))})
	}
	found, err := catalog.Find(dir)
	if err != nil || len(found) != 2 || found[0].Err != nil {
		t.Fatalf("found %+v, %v", found, err)
	}
	if diff := cmp.Diff(want, found[0].Plugin.Brought); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if found[1].Plugin.Brought != nil {
		t.Errorf("a module brings along %v", found[1].Plugin.Brought)
	}
}

//attack:supply-bounds files without end, and folders behind links, beside a plugin
func TestFindRefusesWhatCannotBeBroughtAlong(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its file names and links are others")
	}
	for name, tt := range map[string]struct {
		make func(t *testing.T, folder string)
		code message.Code
	}{
		"a folder behind a link": {func(t *testing.T, folder string) {
			if err := os.Symlink(t.TempDir(), filepath.Join(folder, "link")); err != nil {
				t.Fatal(err)
			}
		}, message.PluginFileUnreadable},
		"a link to nothing": {func(t *testing.T, folder string) {
			if err := os.Symlink("nothing", filepath.Join(folder, "link")); err != nil {
				t.Fatal(err)
			}
		}, message.PluginFileUnreadable},
		"a name that turns a line around": {func(t *testing.T, folder string) { write(t, filepath.Join(folder, "a\u202eb"), "") }, message.PluginBroughtName},
		"a name that is no text":          {func(t *testing.T, folder string) { write(t, filepath.Join(folder, "a\xffb"), "") }, message.PluginBroughtName},
		"too many files": {func(t *testing.T, folder string) {
			for i := range 513 {
				write(t, filepath.Join(folder, strconv.Itoa(i)), "")
			}
		}, message.PluginBroughtMuch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "x"), "code")
			write(t, filepath.Join(dir, "x.manifest.json"), about("x"))
			if err := os.Mkdir(filepath.Join(dir, "x.d"), 0o700); err != nil {
				t.Fatal(err)
			}
			tt.make(t, filepath.Join(dir, "x.d"))
			found, err := catalog.Find(dir)
			if err != nil {
				t.Fatal(err)
			}
			var e *catalog.PluginError
			if !errors.As(found[0].Err, &e) || e.Cause != catalog.NotAPlugin || !e.Detail.Has(tt.code) {
				t.Errorf("got %v, want %s", found[0].Err, tt.code)
			}
		})
	}
}
