//go:build unix

package wasm_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestCacheEntriesThatAreNoFilesAreCompiledAgain(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]func(entry string) error{
		//attack-each:supply-cache
		"a named pipe as an entry":    func(entry string) error { return syscall.Mkfifo(entry, 0o600) },
		"a named pipe as a checksum":  func(entry string) error { return syscall.Mkfifo(entry+".crc32c", 0o600) },
		"a folder as an entry":        func(entry string) error { return os.MkdirAll(filepath.Join(entry, "below"), 0o700) },
		"a link to a device as entry": func(entry string) error { return os.Symlink("/dev/zero", entry) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			serve(t, dir)
			_, entry := kept(t, dir)
			if err := errors.Join(os.Remove(entry), os.Remove(entry+".crc32c"), plant(entry)); err != nil {
				t.Fatal(err)
			}
			serve(t, dir)
			kept(t, dir)
		})
	}
}
