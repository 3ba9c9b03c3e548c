package batch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extensions of the pictures in folders. Files that are named directly may have any extension.
var extensions = []string{".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}

// Pictures returns the names of all pictures: files, addresses, the pictures in folders and their subfolders in lexical order, and for
// "-" the lines of in, each a file or an address. It yields an error for a name that does not exist.
func Pictures(names []string, in io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range names {
			if !each(name, in, yield) {
				return
			}
		}
	}
}

// each yields the pictures of one name. It returns false after an error, or if yield did.
func each(name string, in io.Reader, yield func(string, error) bool) bool {
	if name == "-" {
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			if text := strings.TrimSpace(lines.Text()); text != "" && !yield(text, nil) {
				return false
			}
		}
		if err := lines.Err(); err != nil {
			yield("", fmt.Errorf("read the list of pictures: %w", err))
			return false
		}
		return true
	}
	if Address(name) {
		return yield(name, nil)
	}
	info, err := os.Stat(name)
	if err != nil {
		yield("", err)
		return false
	}
	if !info.IsDir() {
		return yield(name, nil)
	}
	err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && slices.Contains(extensions, strings.ToLower(filepath.Ext(path))) && !yield(path, nil) {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		yield("", err)
	}
	return err == nil
}

var errEnough = errors.New("enough")

// Address reports whether a name is an http or https address.
func Address(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}
