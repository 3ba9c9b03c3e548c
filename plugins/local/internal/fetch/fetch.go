package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/plugins/local/internal/modelset"
)

// Request says what to fetch.
type Request struct {
	// Pinned is the list to fetch from.
	Pinned *Pinned
	// Platform is GOOS/GOARCH of the machine that will run the reader.
	Platform string
	// Dir is the folder to fill. Its parent is created if necessary.
	Dir string
	// Tools are the clients to use. pip is tried before npm.
	Tools map[Tool]Downloader
	// Log gets one line for each action.
	Log func(format string, args ...any)
}

// Run fills the folder. If the folder is complete, Run needs no network. It does not touch a folder with models that are not
// in the list, because somebody put them there. Otherwise it writes a new folder and then replaces the old one, so the folder
// is never half complete. Errors say what to do; some wrap [ErrNoTool] or [ErrHash].
func Run(ctx context.Context, r Request) error {
	for _, t := range []Tool{Pip, Npm} {
		b, err := r.Pinned.bundle(t, r.Platform)
		if err != nil {
			return err
		}
		if b.complete(r.Dir) {
			r.Log("%s: already there, verified", b.manifest.Name)
			return nil
		}
	}
	if own, err := modelset.Load(r.Dir); err == nil && !r.Pinned.lists(own.Name) {
		r.Log("%s: models of your own, left as they are", own.Name)
		return nil
	}
	if len(r.Tools) == 0 {
		return ErrNoTool
	}
	var errs []error
	for _, t := range []Tool{Pip, Npm} {
		get, ok := r.Tools[t]
		if !ok {
			continue
		}
		err := r.with(ctx, t, get)
		if err == nil {
			return nil
		}
		r.Log("with %s it did not work: %v", t, err)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (p *Pinned) lists(name string) bool {
	for _, m := range p.Models {
		if m.Manifest.Name == name {
			return true
		}
	}
	return false
}

// complete reports whether a folder has exactly the files of the bundle.
func (b bundle) complete(dir string) bool {
	have, err := modelset.Load(dir)
	if err != nil || *have != b.manifest {
		return false
	}
	for _, p := range b.packages {
		for _, f := range p.Files {
			if verify(dir, f) != nil {
				return false
			}
		}
	}
	return true
}

// with fetches with one tool into a new folder, and then replaces the old one.
func (r Request) with(ctx context.Context, t Tool, get Downloader) (err error) {
	b, err := r.Pinned.bundle(t, r.Platform)
	if err != nil {
		return err
	}
	parent := filepath.Dir(filepath.Clean(r.Dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, ".fetch-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	ready := filepath.Join(work, "ready")
	if err := os.Mkdir(ready, 0o755); err != nil {
		return err
	}
	for i, p := range b.packages {
		r.Log("%s: %s %s (%s)", t, p.Name, p.Version, p.Licence)
		into := filepath.Join(work, fmt.Sprint("package", i))
		if err := os.Mkdir(into, 0o755); err != nil {
			return err
		}
		archive, err := get(ctx, p, into)
		if err != nil {
			return fmt.Errorf("download %s %s: %w", p.Name, p.Version, err)
		}
		if err := unpack(archive, p.Files, ready); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(ready, modelset.File), append(data, '\n'), 0o644); err != nil {
		return err
	}
	if err := swap(ready, r.Dir, filepath.Join(work, "old")); err != nil {
		return err
	}
	r.Log("%s: in %s", b.manifest.Name, r.Dir)
	return nil
}

// swap replaces a folder by a finished one, and moves the replaced one to old.
func swap(ready, dir, old string) error {
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("move the existing folder away: %w", err)
	}
	return os.Rename(ready, dir)
}
