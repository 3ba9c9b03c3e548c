package wasm_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/wasm"
)

// serve loads guests, or else the good one, with this cache folder and lets each answer.
func serve(t *testing.T, dir string, guests ...string) {
	t.Helper()
	if len(guests) == 0 {
		guests = []string{"good"}
	}
	r, err := wasm.New(wasm.Config{CacheDir: dir, Instances: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, guest := range guests {
		m, err := r.Load(context.Background(), plugin(guest, assembled(t, guest)))
		if err != nil {
			t.Fatal(err)
		}
		wantCard(t, m)
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// kept lists the files under a folder with their times, and finds the one entry among them.
func kept(t *testing.T, dir string) (times map[string]time.Time, entry string) {
	t.Helper()
	times = map[string]time.Time{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		times[path] = info.ModTime()
		if !strings.Contains(filepath.Base(path), ".") {
			entry = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if entry == "" || len(times) != 2 {
		t.Fatalf("the cache holds %v, want an entry and its checksum", times)
	}
	return times, entry
}

func TestASecondStartCompilesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when needed")
	serve(t, dir)
	// An entry that was written again would be a new file.
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	first, _ := kept(t, dir)
	for path := range first {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	first, _ = kept(t, dir)
	serve(t, dir)
	second, _ := kept(t, dir)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
}

//attack:supply-cache damaged and cut entries
func TestADamagedCacheIsCompiledAgain(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir)
	_, entry := kept(t, dir)
	whole, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int, b ...byte) []byte {
		c := append([]byte(nil), whole...)
		copy(c[at:], b)
		return c
	}
	for name, content := range map[string][]byte{
		"empty":                         {},
		"cut short in its head":         whole[:4],
		"cut short in its code":         whole[:len(whole)/2],
		"cut short at its end":          whole[:len(whole)-1],
		"garbage":                       []byte(strings.Repeat("garbage ", 1000)),
		"of another version":            changed(7, 'x'),
		"with a change in its head":     changed(16, 0xff, 0xff, 0xff, 0x7f),
		"with a change in its code":     changed(len(whole)/2, 0xcc, 0xcc),
		"with a change behind its code": changed(len(whole)-4, 0xff, 0xff, 0xff, 0x7f),
		"longer":                        append(changed(0), "more"...),
	} {
		t.Run("an entry "+name, func(t *testing.T) {
			if err := os.WriteFile(entry, content, 0o600); err != nil {
				t.Fatal(err)
			}
			serve(t, dir)
			if got, err := os.ReadFile(entry); err != nil || string(got) != string(whole) {
				t.Errorf("the entry was not written again (error %v)", err)
			}
			kept(t, dir)
		})
	}
	t.Run("an entry without its checksum", func(t *testing.T) {
		if err := os.Remove(entry + ".crc32c"); err != nil {
			t.Fatal(err)
		}
		serve(t, dir)
		kept(t, dir)
	})
	t.Run("an entry that is damaged after the start", func(t *testing.T) {
		r := newRuntime(t, wasm.Config{CacheDir: dir, Instances: 1})
		if err := os.WriteFile(entry, whole[:100], 0o600); err != nil {
			t.Fatal(err)
		}
		wantCard(t, load(t, r, "good", assembled(t, "good")))
		if got, err := os.ReadFile(entry); err != nil || string(got) != string(whole) {
			t.Errorf("the entry was not written again (error %v)", err)
		}
	})
}

func TestACacheFolderThatCannotBeUsedIsAnError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a file": file, "below a file": filepath.Join(file, "cache")} {
		if _, err := wasm.New(wasm.Config{CacheDir: path}); err == nil || !strings.Contains(err.Error(), "name a folder") {
			t.Errorf("%s: got the error %v", name, err)
		}
	}
	t.Run("one that may not be written to", func(t *testing.T) {
		shut := filepath.Join(dir, "shut")
		if err := os.Mkdir(shut, 0o500); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 { // root may write there, but not here
			shut = "/proc/self"
		}
		if _, err := wasm.New(wasm.Config{CacheDir: shut}); err == nil || !strings.Contains(err.Error(), "name a folder") {
			t.Errorf("got the error %v", err)
		}
	})
}
