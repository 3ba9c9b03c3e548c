package process

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// unpackedPrefix begins the names of folders with copies of what plugins bring along. staleAfter is how old one must be to be removed when nobody holds
// it: a new one is not held at once.
const (
	unpackedPrefix = "ocrmux-files-"
	staleAfter     = time.Minute
)

// unpack puts the code where it can be executed, and what it brings along into a folder that only this user can enter. Both are checked against
// the hashes while they are copied, so that nobody can change them in between.
func (l *launcher) unpack(ctx context.Context, p catalog.Plugin) *catalog.PluginError {
	fail := func(cause catalog.Cause, err error, detail message.Message) *catalog.PluginError {
		return &catalog.PluginError{Plugin: l.name, Cause: cause, Err: err, Detail: detail}
	}
	var err error
	if l.exe, err = newExecutable(l.name, p.Code); err == nil {
		removeStale(os.TempDir(), l.cfg.Now())
		l.dir, err = os.MkdirTemp("", unpackedPrefix)
	}
	if err == nil {
		l.held, err = hold(l.dir)
	}
	if err != nil {
		return fail(catalog.StartFailed, err, message.New(message.ProcessNoCopy, "reason", err.Error()))
	}
	for _, b := range p.Brought {
		if ctx.Err() != nil {
			return fail(catalog.Cancelled, ctx.Err(), message.New(message.ProcessStartCancel))
		}
		if err := b.CopyTo(l.dir, filepath.Dir(p.Path)); err != nil {
			return fail(catalog.WrongChecksum, err, message.Error(err))
		}
	}
	return nil
}

// close gives everything up that unpack has made. Children that run go on.
func (l *launcher) close() {
	if l.exe != nil {
		l.exe.close()
	}
	if l.dir != "" {
		_ = os.RemoveAll(l.dir)
	}
	if l.held != nil {
		_ = l.held.Close()
	}
}

// removeStale removes folders that hosts have left behind which could not clean up.
func removeStale(parent string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(parent, unpackedPrefix+"*")) // the pattern is good
	for _, dir := range left {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || now.Sub(info.ModTime()) < staleAfter {
			continue
		}
		if held, err := hold(dir); err == nil && held != nil {
			_ = os.RemoveAll(dir) // what another user has made stays
			_ = held.Close()
		}
	}
}
