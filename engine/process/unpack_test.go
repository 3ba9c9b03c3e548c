package process

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// bringing is the actor with one file in its folder.
func bringing(t *testing.T, text string) catalog.Plugin {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "actor.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "actor.d", "model"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := pluginOf(t, "actor", "actor")
	p.Path = filepath.Join(dir, "actor")
	p.Brought = []catalog.Brought{{Path: "actor.d/model", Size: int64(len("approved")), SHA256: sha256.Sum256([]byte("approved"))}}
	return p
}

//attack:supply-approved exchanging a model or library after it was verified
func TestAChildSeesWhatWasApprovedEvenIfItChangesLater(t *testing.T) {
	p := bringing(t, "approved")
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.Path), "secret"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m := loadPlugin(t, Config{BackoffMin: time.Nanosecond, BackoffMax: time.Nanosecond}, p)
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.Path), "actor.d", "model"), []byte("exchanged"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also the one that takes the place of the first
		d := mustStep(t, m, "files")
		if got, want := extra(t, d, "files"), "actor.d/model: approved"; got != want {
			t.Errorf("it sees %q, want %q", got, want)
		}
		if _, err := step(t.Context(), m, "crash"); err == nil {
			t.Error("it did not end")
		}
	}
}

//attack:supply-approved exchanging, lengthening, cutting or removing a model or library before it is loaded
func TestAPluginWhoseFilesAreNotThoseThatWereHashedIsNotLoaded(t *testing.T) {
	for name, text := range map[string]string{"other bytes": "replaced", "longer": "approved and more", "shorter": "app"} {
		t.Run(name, func(t *testing.T) {
			e := failToLoad(t, Config{}, bringing(t, text))
			if e.Cause != catalog.WrongChecksum || !e.Detail.Has(message.PluginBroughtChanged) {
				t.Errorf("got %v", e)
			}
		})
	}
	p := bringing(t, "approved")
	if err := os.Remove(filepath.Join(filepath.Dir(p.Path), "actor.d", "model")); err != nil {
		t.Fatal(err)
	}
	if e := failToLoad(t, Config{}, p); e.Cause != catalog.WrongChecksum || !errors.Is(e, os.ErrNotExist) {
		t.Errorf("a file that is gone: %v", e)
	}
}

func TestFoldersThatAHostHasLeftBehindAreRemoved(t *testing.T) {
	parent := t.TempDir()
	fresh, held, left := filepath.Join(parent, unpackedPrefix+"1"), filepath.Join(parent, unpackedPrefix+"2"), filepath.Join(parent, unpackedPrefix+"3")
	for _, dir := range []string{fresh, held, left} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	for _, dir := range []string{held, left} {
		if err := os.Chtimes(dir, now, now.Add(-2*staleAfter)); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := hold(held)
	if err != nil {
		t.Fatal(err)
	}
	if lock == nil {
		t.Skip("this system cannot lock folders")
	}
	defer lock.Close()
	removeStale(parent, now)
	for dir, want := range map[string]bool{fresh: true, held: true, left: false} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
