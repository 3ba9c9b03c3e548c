package catalog

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/message"
)

// BroughtSuffix is added to the name of an executable for the folder beside it that holds what it brings along, such as local.d: libraries, models, data.
const BroughtSuffix = ".d"

// Limits of what a plugin may bring along.
const (
	maxBrought      = 512
	maxBroughtBytes = 4 << 30
)

// Brought is one file that a plugin brings along.
type Brought struct {
	// Path is relative to the folder of the plugin, with slashes, and clean: "local.d/models.json". Its characters can be printed.
	Path   string
	Size   int64
	SHA256 [32]byte
}

// readBrought lists and hashes what lies in a folder beside the executable, in the order of the paths. A folder that does not exist
// holds nothing.
func readBrought(dir, folder string) ([]Brought, error) {
	if _, err := os.Lstat(filepath.Join(dir, folder)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Brought
	total := int64(0)
	err := filepath.WalkDir(filepath.Join(dir, folder), func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		b := Brought{Path: filepath.ToSlash(name)}
		if strings.ContainsFunc(b.Path, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
			return message.NewError(message.New(message.PluginBroughtName, "folder", folder), nil)
		}
		if entry.IsDir() {
			return nil
		}
		f, size, err := b.Open(dir)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		if total += size; len(out) == maxBrought || total > maxBroughtBytes {
			return message.NewError(message.New(message.PluginBroughtMuch, "folder", folder, "files", maxBrought, "limit", int64(maxBroughtBytes)), nil)
		}
		if err := b.hash(f, size); err != nil {
			return err
		}
		out = append(out, b)
		return nil
	})
	slices.SortFunc(out, func(a, b Brought) int { return strings.Compare(a.Path, b.Path) })
	return out, err
}

// Open opens the file below the folder of its plugin, and returns its size. It is a regular file, or a link to one.
func (b Brought) Open(dir string) (f *os.File, size int64, err error) {
	f, size, err = boundedread.Open(filepath.Join(dir, filepath.FromSlash(b.Path)))
	if err != nil {
		err = boundedread.WithoutPath(err)
		return nil, 0, message.NewError(message.New(message.PluginFileUnreadable, "file", b.Path, "reason", err.Error()), err)
	}
	return f, size, nil
}

// CopyTo copies the file from the folder of its plugin to another folder, in which nobody else writes. The copy cannot be written. The error is an error with a
// message, also when the file is not any more what it was.
func (b Brought) CopyTo(to, dir string) error {
	from, size, err := b.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // only read
	at := filepath.Join(to, filepath.FromSlash(b.Path))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
	if err != nil {
		return err
	}
	copied := Brought{Path: b.Path}
	if err := errors.Join(copied.hash(io.TeeReader(from, f), size), f.Close()); err != nil {
		return err
	}
	if copied != b {
		return message.NewError(message.New(message.PluginBroughtChanged, "file", b.Path), nil)
	}
	return nil
}

// hash reads the size and the hash from a file, which must not grow beyond the size meanwhile.
func (b *Brought) hash(f io.Reader, size int64) error {
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, size))
	b.Size = n
	h.Sum(b.SHA256[:0])
	return err
}
