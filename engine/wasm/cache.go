package wasm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
)

// sumSuffix ends the name of the file that holds an entry's checksum.
const sumSuffix = ".crc32c"

// diskCache is wazero's compilation cache with a checksum beside each entry. wazero checks only the code itself and trusts
// the lengths and offsets around it, so a damaged entry can stop a start or crash the program. An entry whose checksum is
// missing or wrong is dropped before wazero looks at it, and compiled again.
//
// Programs may share a folder: entries appear and vanish whole, and dropping another's costs it one compilation.
type diskCache struct {
	wazero.CompilationCache
	dir string
}

func openCache(dir string) (*diskCache, error) {
	c, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("wasm: the compilation cache cannot be made: %w; name a folder that can be written to", err)
	}
	probe, err := os.CreateTemp(dir, "probe.*.tmp")
	if err != nil {
		return nil, fmt.Errorf("wasm: the compilation cache cannot be written to: %w; name a folder that can", err)
	}
	err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	cache := &diskCache{CompilationCache: c, dir: dir}
	return cache, errors.Join(err, cache.verify())
}

// verify drops the entries that are damaged or unknown.
func (c *diskCache) verify() error {
	return c.entries(func(path string) error {
		if want, err := os.ReadFile(path + sumSuffix); err == nil {
			if got, err := checksum(path); err == nil && string(got) == string(want) {
				return nil
			}
		}
		return errors.Join(remove(path+sumSuffix), remove(path))
	})
}

// seal writes the checksums of entries that have none. What it cannot write is compiled again at the next start.
func (c *diskCache) seal() {
	_ = c.entries(func(path string) error {
		if _, err := os.Stat(path + sumSuffix); err == nil {
			return nil
		}
		sum, err := checksum(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path+sumSuffix, sum, 0o600)
	})
}

// entries visits what wazero keeps: files named by a SHA-256 in a folder for each of its versions and platforms.
func (c *diskCache) entries(visit func(path string) error) error {
	paths, err := filepath.Glob(filepath.Join(c.dir, "wazero-*", "*"))
	for _, path := range paths {
		if len(filepath.Base(path)) == 64 {
			err = errors.Join(err, visit(path))
		}
	}
	return err
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func checksum(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	n, err := io.Copy(h, f)
	return binary.BigEndian.AppendUint64(h.Sum(nil), uint64(n)), err
}
