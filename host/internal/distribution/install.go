package distribution

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// Install installs the plugin's files and its entry in the lock. If it fails, it restores the folder. It removes files of an older
// version that the new one does not have, such as a signature.
//
// If the machine stops in between, the folder may contain new files with the old lock, which prevents loading them.
func (p *Pulled) Install(ctx context.Context, lock *trust.Lock) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	old := filepath.Join(p.stage, ".old") // not a valid plugin name
	if err := os.Mkdir(old, 0o700); err != nil {
		return err
	}
	var undo []func() error
	defer func() {
		if err == nil {
			return
		}
		for i := len(undo) - 1; i >= 0; i-- {
			err = errors.Join(err, undo[i]())
		}
	}()
	move := func(from, to string) error {
		err := os.Rename(from, to)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			undo = append(undo, func() error { return os.Rename(to, from) })
		}
		return err
	}
	for _, name := range p.names.all() {
		place := filepath.Join(p.dir, name)
		if err := errors.Join(move(place, filepath.Join(old, name)), move(filepath.Join(p.stage, name), place)); err != nil {
			return fmt.Errorf("install %s: %w", name, err)
		}
	}
	before, known := lock.Entry(p.Entry.Name)
	p.Entry.Files = before.Files // what it brings along lies in the folder and stays there, approved or not
	lock.Put(p.Entry)
	undo = append(undo, func() error {
		lock.Remove(p.Entry.Name)
		if known {
			lock.Put(before)
		}
		return nil
	})
	return lock.Write(p.dir)
}

// Close removes the temporary files of the pull. It must be called, also after Install.
func (p *Pulled) Close() error { return os.RemoveAll(p.stage) }
