package batch

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// Picture is a picture to read, or a file that is passed over.
type Picture struct {
	// Name is the file or address as it was given or found. A name is bytes, which need not be UTF-8.
	Name string
	// path is the absolute path of a file, so that two names of one file are one picture; "" for an address.
	path string
	// PassedOver says why the picture is not read: its format, such as ".heic", or "folder" for a folder that cannot be searched;
	// "" if it is read.
	PassedOver string
}

// key is the same for all names of one picture.
func (p *Picture) key() string { return cmp.Or(p.path, p.Name) }

// named returns the picture with a name.
func named(name string) Picture {
	if Address(name) {
		return Picture{Name: name}
	}
	path, err := filepath.Abs(name)
	if err != nil { // the working folder is gone
		path = ""
	}
	return Picture{Name: name, path: path}
}

// Pictures returns all pictures: files, addresses, the pictures in folders and their subfolders in lexical order, and for "-" the lines
// of in, each a file or an address. In folders, links to pictures are followed, and links to folders are passed over. It yields an error
// for a name that does not exist.
func Pictures(names []string, in io.Reader) iter.Seq2[Picture, error] {
	return func(yield func(Picture, error) bool) {
		for _, name := range names {
			if !each(name, in, yield) {
				return
			}
		}
	}
}

// each yields the pictures of one name. It returns false after an error, or if yield did.
func each(name string, in io.Reader, yield func(Picture, error) bool) bool {
	if name == "-" {
		return listed(in, yield)
	}
	if Address(name) {
		return yield(named(name), nil)
	}
	info, err := os.Stat(name)
	if err != nil {
		yield(Picture{}, err)
		return false
	}
	if !info.IsDir() {
		return yield(named(name), nil)
	}
	err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		p := named(path)
		switch {
		case err != nil:
			p.PassedOver = "folder"
		case d.IsDir():
			return nil
		default:
			var picture bool
			if picture, p.PassedOver = examine(path, d); !picture {
				return nil
			}
		}
		if !yield(p, nil) {
			return errEnough
		}
		return nil
	})
	return err == nil
}

// listed yields the pictures of a list.
func listed(in io.Reader, yield func(Picture, error) bool) bool {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if text := strings.TrimSpace(lines.Text()); text != "" && !yield(named(text), nil) {
			return false
		}
	}
	if err := lines.Err(); err != nil {
		yield(Picture{}, fmt.Errorf("read the list of pictures: %w", err))
		return false
	}
	return true
}

var errEnough = errors.New("enough")

// readable has the extensions of pictures that can be read, foreign those of pictures that cannot.
var (
	readable = map[string]bool{".jpg": true, ".jpeg": true, ".jpe": true, ".jfif": true, ".png": true, ".webp": true, ".bmp": true, ".tif": true, ".tiff": true, ".gif": true}
	foreign  = map[string]bool{".heic": true, ".heif": true, ".avif": true, ".pdf": true, ".jp2": true, ".jxl": true, ".psd": true, ".svg": true, ".dng": true, ".cr2": true, ".nef": true, ".ofd": true}
)

// examine reports whether an entry of a folder is a picture, and why it is passed over. Files with an unknown extension are pictures if
// they begin like one.
func examine(path string, d fs.DirEntry) (picture bool, passedOver string) {
	if d.Type()&fs.ModeSymlink != 0 {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return readable[extension(path)], "link"
		case info.IsDir():
			return true, "link"
		case !info.Mode().IsRegular():
			return false, ""
		}
	} else if !d.Type().IsRegular() {
		return false, ""
	}
	ext := extension(path)
	switch {
	case readable[ext]:
		return true, ""
	case foreign[ext]:
		return true, ext
	}
	switch kind := beginning(path); {
	case kind == "application/pdf":
		return true, ".pdf"
	case kind == "image/svg+xml", kind == "image/x-icon":
		return false, ""
	default:
		return strings.HasPrefix(kind, "image/"), ""
	}
}

func extension(path string) string { return strings.ToLower(filepath.Ext(path)) }

// beginning returns the media type that the first bytes of a file have, "" if they cannot be read.
func beginning(path string) string {
	f, _, err := boundedread.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := io.ReadFull(f, head) // a short file has a short head
	return http.DetectContentType(head[:n])
}

// Address reports whether a name is an http or https address.
func Address(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}
