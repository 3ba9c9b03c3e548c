// Package reload calls a function when a running program must reload its configuration and plugins: after a signal or a change of a file.
package reload

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Quiet is how long no file may change before a reload, since builds and deployments write several files.
const Quiet = 300 * time.Millisecond

// Watch says what to watch.
type Watch struct {
	// Files to watch. A file may be replaced, as editors and Kubernetes do, or be created later.
	Files []string
	// Dirs whose files are watched. Files whose names begin with a dot are ignored, since they are being written.
	Dirs []string
	// Signals that cause a reload at once.
	Signals <-chan os.Signal
	// After is the timer for Quiet. nil means time.After.
	After  func(time.Duration) <-chan time.Time
	Logger *slog.Logger
}

// Watcher is a Watch that has begun: it notices all later changes.
type Watcher struct {
	Watch
	notify *fsnotify.Watcher
}

// Begin starts watching. It fails if files cannot be watched. Call Run afterwards.
func (w Watch) Begin() (*Watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch files: %w", err)
	}
	if w.After == nil {
		w.After = time.After
	}
	if err := w.add(notify); err != nil {
		return nil, errors.Join(err, notify.Close())
	}
	return &Watcher{w, notify}, nil
}

// Run calls reload with the reason after each change, one call at a time, until ctx ends.
func (w *Watcher) Run(ctx context.Context, reload func(ctx context.Context, why string)) error {
	notify := w.notify
	defer func() { _ = notify.Close() }()
	var quiet <-chan time.Time
	var changed string
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-w.Signals:
			quiet, changed = nil, ""
			reload(ctx, "signal "+s.String())
		case e, ok := <-notify.Events:
			if !ok {
				return errors.New("files are no longer watched")
			}
			if w.matters(e) {
				quiet, changed = w.After(Quiet), filepath.Base(e.Name)
			}
		case err, ok := <-notify.Errors:
			if !ok {
				return errors.New("files are no longer watched")
			}
			// Events may be lost. A reload reads the current files, so it does not matter which ones.
			w.Logger.Warn("file events may have been lost; reloading", "error", err)
			quiet, changed = w.After(Quiet), "something"
		case <-quiet:
			quiet = nil
			reload(ctx, changed+" has changed")
		}
	}
}

// add watches the folders of all files, since a watch on a file ends when the file is replaced.
func (w Watch) add(notify *fsnotify.Watcher) error {
	var dirs []string
	for _, f := range w.Files {
		dirs = append(dirs, filepath.Dir(f))
	}
	dirs = append(dirs, w.Dirs...)
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		err := notify.Add(dir)
		switch {
		case errors.Is(err, os.ErrNotExist):
			w.Logger.Warn("cannot watch a folder that does not exist", "folder", filepath.Base(dir))
		case err != nil:
			return fmt.Errorf("watch the folder %s: %w", filepath.Base(dir), err)
		}
	}
	return nil
}

// matters reports whether an event may concern a watched file.
func (w Watch) matters(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	dir, name := filepath.Split(filepath.Clean(e.Name))
	dir = filepath.Clean(dir)
	for _, f := range w.Files {
		// Kubernetes changes a mounted folder by replacing its link ..data.
		if filepath.Clean(f) == filepath.Clean(e.Name) || name == "..data" && filepath.Dir(f) == dir {
			return true
		}
	}
	return !strings.HasPrefix(name, ".") && slices.ContainsFunc(w.Dirs, func(d string) bool { return filepath.Clean(d) == dir })
}
