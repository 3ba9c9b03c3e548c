package reload_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/reload"
)

// watching is a running Watch. The test ends its quiet time.
type watching struct {
	t       testing.TB
	dir     string
	armed   chan chan time.Time
	reasons chan string
	signals chan os.Signal
}

func watch(t *testing.T) *watching {
	w := &watching{t: t, dir: t.TempDir(), armed: make(chan chan time.Time, 100), reasons: make(chan string), signals: make(chan os.Signal)}
	if err := os.Mkdir(filepath.Join(w.dir, "plugins"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.write("ocrmux.yaml")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	watcher, err := reload.Watch{
		Files: []string{filepath.Join(w.dir, "ocrmux.yaml")}, Dirs: []string{filepath.Join(w.dir, "plugins")}, Signals: w.signals,
		Logger: slog.New(slog.DiscardHandler),
		After: func(time.Duration) <-chan time.Time {
			c := make(chan time.Time, 1)
			w.armed <- c
			return c
		},
	}.Begin()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		ended <- watcher.Run(ctx, func(ctx context.Context, why string) {
			select {
			case w.reasons <- why:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *watching) write(name string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte("content"), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// quiet ends the quiet time after the last change.
func (w *watching) quiet() {
	c := <-w.armed
	for {
		select {
		case later := <-w.armed:
			c = later
			continue
		default:
		}
		break
	}
	c <- time.Time{}
}

func TestWatcherReloadsAfterAChange(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *watching)
		want   string
	}{
		"the configuration": {func(w *watching) { w.write("ocrmux.yaml") }, "ocrmux.yaml has changed"},
		"a plugin":          {func(w *watching) { w.write("plugins/acme.wasm") }, "acme.wasm has changed"},
		"the configuration put in its place": {func(w *watching) {
			w.write(".new")
			if err := os.Rename(filepath.Join(w.dir, ".new"), filepath.Join(w.dir, "ocrmux.yaml")); err != nil {
				w.t.Fatal(err)
			}
		}, "ocrmux.yaml has changed"},
		"a plugin that is gone": {func(w *watching) {
			w.write("plugins/old.wasm")
			if err := os.Remove(filepath.Join(w.dir, "plugins/old.wasm")); err != nil {
				w.t.Fatal(err)
			}
		}, "old.wasm has changed"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t)
			c.change(w)
			go func() {
				for {
					select {
					case timer := <-w.armed:
						timer <- time.Time{}
					case <-t.Context().Done():
						return
					}
				}
			}()
			if got := <-w.reasons; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			go func() { // further events of the same change
				for {
					select {
					case <-w.reasons:
					case <-t.Context().Done():
						return
					}
				}
			}()
		})
	}
}

func TestWatcherIgnoresOtherFiles(t *testing.T) {
	w := watch(t)
	w.write("another.yaml")
	w.write("plugins/.build-1")
	w.write("ocrmux.yaml")
	w.quiet()
	if got := <-w.reasons; got != "ocrmux.yaml has changed" {
		t.Errorf("got %q", got)
	}
}

func TestWatcherReloadsAtOnceAfterASignal(t *testing.T) {
	w := watch(t)
	w.signals <- syscall.SIGHUP
	if got := <-w.reasons; got != "signal hangup" {
		t.Errorf("got %q", got)
	}
}
