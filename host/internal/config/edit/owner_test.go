//go:build unix

package edit_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/config/edit"
)

func TestAFileKeepsItsOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make a file of somebody else's")
	}
	path := filepath.Join(t.TempDir(), "ocrmux.yaml")
	put(t, path, "old", 0o640)
	if err := os.Chown(path, 4711, 4712); err != nil {
		t.Skip(err)
	}
	if err := edit.Write(path, []byte("new"), edit.SumOf([]byte("old"))); err != nil {
		t.Fatal(err)
	}
	hold(t, path, "new", 0o640)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 4711 || owner.Gid != 4712 {
		t.Errorf("it belongs to %d:%d", owner.Uid, owner.Gid)
	}
}
