package engine

import (
	"context"
	"sync"

	"github.com/ocrmux/ocrmux/internal/catalog"
)

// inventory holds the loaded plugins, each as long as a generation uses it: the same bytes are loaded once.
type inventory struct {
	mu     sync.Mutex
	loaded map[fileID]*loaded
}

// fileID tells plugin files apart by what is in them.
type fileID struct {
	name   string
	kind   catalog.Kind
	sha256 [32]byte
	// version of the manifest beside an executable, which its checksum does not cover.
	version string
}

func idOf(p catalog.Plugin) fileID {
	return fileID{name: p.Manifest.Name, kind: p.Kind, sha256: p.SHA256, version: p.Manifest.Version}
}

// loaded is a plugin at work.
type loaded struct {
	id     fileID
	module catalog.Module
	users  int
	ready  chan struct{} // closed when module or err is there
	err    error
}

// take gives a plugin to one more user, and loads it for the first.
func (i *inventory) take(ctx context.Context, p catalog.Plugin, load func(context.Context, catalog.Plugin) (catalog.Module, error)) (*loaded, error) {
	id := idOf(p)
	i.mu.Lock()
	l := i.loaded[id]
	if l != nil {
		l.users++
		i.mu.Unlock()
		<-l.ready
		if l.err == nil {
			return l, nil
		}
		return nil, l.err
	}
	l = &loaded{id: id, users: 1, ready: make(chan struct{})}
	if i.loaded == nil {
		i.loaded = make(map[fileID]*loaded)
	}
	i.loaded[id] = l
	i.mu.Unlock()
	l.module, l.err = load(ctx, p)
	if l.err != nil {
		i.mu.Lock()
		delete(i.loaded, id) // the next one tries again
		i.mu.Unlock()
	}
	close(l.ready)
	return l, l.err
}

// giveBack takes a plugin from one user, and closes it with the last.
func (i *inventory) giveBack(ctx context.Context, l *loaded) error {
	i.mu.Lock()
	l.users--
	last := l.users == 0
	if last {
		delete(i.loaded, l.id)
	}
	i.mu.Unlock()
	if !last {
		return nil
	}
	return l.module.Close(ctx)
}
