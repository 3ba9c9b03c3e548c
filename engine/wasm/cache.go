package wasm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

const (
	// sumSuffix ends the name of the file that holds an entry's checksum.
	sumSuffix = ".crc32c"
	// sumBytes is how long a checksum is.
	sumBytes = crc32.Size + 8
)

// diskCache is wazero's compilation cache with a checksum beside each entry. wazero checks only the code itself and trusts
// the lengths and offsets around it, so a damaged entry can stop a start or crash the program. An entry whose checksum is
// missing or wrong is dropped before wazero looks at it, and compiled again. The checksum is of the entry's name as well: an entry under
// the name of another is the code of another module, whose lengths do not fit.
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
		if want, err := boundedread.File(path+sumSuffix, sumBytes); err == nil {
			if got, err := checksum(path); err == nil && string(got) == string(want) {
				return nil
			}
		}
		return errors.Join(os.RemoveAll(path+sumSuffix), os.RemoveAll(path))
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

// checksum is that of an entry's folder, which has wazero's version, its name and its content.
func checksum(path string) ([]byte, error) {
	f, _, err := boundedread.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	_, _ = io.WriteString(h, filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path)+"\n") // a hash takes everything
	n, err := io.Copy(h, f)
	return binary.BigEndian.AppendUint64(h.Sum(nil), uint64(n)), err
}
