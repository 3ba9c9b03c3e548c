// Package reload tells when a running program shall read its configuration and plugins again: on a signal, and when a file has
// changed.
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

// Quiet is how long nothing must change before a change counts: a build or a deployment writes more than one file.
const Quiet = 300 * time.Millisecond

// Watch says what is watched.
type Watch struct {
	// Files whose content matters. One that is replaced, as editors and Kubernetes do it, or made later, counts too.
	Files []string
	// Dirs whose files matter. Those whose names begin with a dot do not: they are being written.
	Dirs []string
	// Signals that ask for a reload at once.
	Signals <-chan os.Signal
	// After makes the timer of the quiet time; nil means time.After.
	After  func(time.Duration) <-chan time.Time
	Logger *slog.Logger
}

// Watcher is a Watch that has begun: what changes from now on counts.
type Watcher struct {
	Watch
	notify *fsnotify.Watcher
}

// Begin fails when nothing can be watched. Run must be called afterwards.
func (w Watch) Begin() (*Watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("files cannot be watched: %w", err)
	}
	if w.After == nil {
		w.After = time.After
	}
	if err := w.add(notify); err != nil {
		return nil, errors.Join(err, notify.Close())
	}
	return &Watcher{w, notify}, nil
}

// Run calls reload, one at a time, with the reason, until ctx ends.
func (w *Watcher) Run(ctx context.Context, reload func(ctx context.Context, why string)) error {
	notify := w.notify
	defer func() { _ = notify.Close() }() // nothing is lost
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
			// Events may be lost: whatever they were, the present state is what counts.
			w.Logger.Warn("watching files: something may have been missed", "error", err)
			quiet, changed = w.After(Quiet), "something"
		case <-quiet:
			quiet = nil
			reload(ctx, changed+" has changed")
		}
	}
}

// add watches the folders of all files: a file that is replaced is another one.
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
			w.Logger.Warn("a folder that does not exist is not watched", "folder", filepath.Base(dir))
		case err != nil:
			return fmt.Errorf("the folder %s cannot be watched: %w", filepath.Base(dir), err)
		}
	}
	return nil
}

// matters reports whether an event can have changed what is read.
func (w Watch) matters(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	dir, name := filepath.Split(filepath.Clean(e.Name))
	dir = filepath.Clean(dir)
	for _, f := range w.Files {
		// A folder that Kubernetes mounts changes by its link ..data.
		if filepath.Clean(f) == filepath.Clean(e.Name) || name == "..data" && filepath.Dir(f) == dir {
			return true
		}
	}
	return !strings.HasPrefix(name, ".") && slices.ContainsFunc(w.Dirs, func(d string) bool { return filepath.Clean(d) == dir })
}
