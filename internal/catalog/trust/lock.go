package trust

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// LockFile is the name of the lock within the folder of the plugins.
const LockFile = "plugins.lock"

const (
	lockVersion  = 1
	lockAbout    = "Approved plugins, written by ocrmux plugin lock. A plugin whose bytes or capabilities differ is not loaded."
	maxLockBytes = 4 << 20
)

// Lock is what an operator has approved. Its zero value approves nothing.
type Lock struct {
	// Entries in the order of their names, each name once.
	Entries []Entry
}

// Entry is one approved plugin.
type Entry struct {
	Name    string       `json:"name"`
	Kind    catalog.Kind `json:"kind"`
	Version string       `json:"version"`
	// Source is where it was pulled from, as REGISTRY/REPOSITORY[:TAG]@DIGEST; empty for a file that was put there.
	Source string `json:"source,omitempty"`
	// SHA256 of the plugin's file and ManifestSHA256 of the manifest beside it, where there is one; lower-case hexadecimal.
	SHA256         string `json:"sha256"`
	ManifestSHA256 string `json:"manifest_sha256,omitempty"`
	// Files that it brings along, in the order of their paths. A lock that was written before there was this lists none.
	Files []FileEntry `json:"files,omitempty"`
	// Capabilities as [Capabilities] lists them.
	Capabilities []string `json:"capabilities"`
}

// FileEntry is one file that an approved plugin brings along.
type FileEntry struct {
	// Path as [catalog.Brought] has it, and SHA256 in lower-case hexadecimal.
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// lockText is a lock as it is written.
type lockText struct {
	About   string  `json:"about"`
	Version int     `json:"version"`
	Plugins []Entry `json:"plugins"`
}

// NewEntry approves a plugin as it is.
func NewEntry(p catalog.Plugin) Entry {
	e := Entry{Name: p.Manifest.Name, Kind: p.Kind, Version: p.Manifest.Version, SHA256: hex.EncodeToString(p.SHA256[:]), Capabilities: Capabilities(p)}
	if p.ManifestFile != nil {
		e.ManifestSHA256 = hexSHA256(p.ManifestFile)
	}
	for _, b := range p.Brought {
		e.Files = append(e.Files, FileEntry{Path: b.Path, SHA256: hex.EncodeToString(b.SHA256[:])})
	}
	return e
}

// sameBytes reports whether two entries are of the same files.
func (e Entry) sameBytes(other Entry) bool {
	return e.sameCode(other) && slices.Equal(e.Files, other.Files)
}

// sameCode is sameBytes without what the plugin brings along.
func (e Entry) sameCode(other Entry) bool {
	return e.Kind == other.Kind && e.SHA256 == other.SHA256 && e.ManifestSHA256 == other.ManifestSHA256
}

// Entry finds a plugin by its name.
func (l *Lock) Entry(name string) (Entry, bool) {
	i, ok := l.find(name)
	if !ok {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// Put adds an entry, or replaces that of the same name.
func (l *Lock) Put(e Entry) {
	i, ok := l.find(e.Name)
	if ok {
		l.Entries[i] = e
		return
	}
	l.Entries = slices.Insert(l.Entries, i, e)
}

// Remove takes the entry of a name out, if there is one.
func (l *Lock) Remove(name string) {
	if i, ok := l.find(name); ok {
		l.Entries = slices.Delete(l.Entries, i, i+1)
	}
}

func (l *Lock) find(name string) (int, bool) {
	return slices.BinarySearchFunc(l.Entries, name, func(e Entry, name string) int { return strings.Compare(e.Name, name) })
}

// Text returns the lock as it is written in its file: JSON with one capability a line, the same for the same lock.
func (l *Lock) Text() ([]byte, error) {
	text := lockText{About: lockAbout, Version: lockVersion, Plugins: l.Entries}
	if text.Plugins == nil {
		text.Plugins = []Entry{}
	}
	return indented(text)
}

// ParseLock reads a lock. It takes only what [Lock.Text] writes, byte for byte but for the ends of lines, so that what a
// reviewer sees is what counts: no key twice, none unknown, nothing out of order, no character that looks like another.
func ParseLock(text []byte) (*Lock, error) {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	var head struct{ Version int }
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%s is not JSON: %w", LockFile, err)
	}
	if head.Version > lockVersion {
		return nil, fmt.Errorf("%s is of version %d, this program knows version %d: upgrade ocrmux", LockFile, head.Version, lockVersion)
	}
	var t lockText
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("%s cannot be understood: %w", LockFile, err)
	}
	slices.SortFunc(t.Plugins, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	for i, e := range t.Plugins {
		if i > 0 && e.Name == t.Plugins[i-1].Name {
			return nil, fmt.Errorf("%s lists the plugin %q twice", LockFile, e.Name)
		}
	}
	l := &Lock{Entries: t.Plugins}
	canonical, err := l.Text()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(canonical, text) {
		return nil, fmt.Errorf("%s is not as ocrmux plugin lock writes it, line %d: restore it, or remove it and approve the plugins again with ocrmux plugin lock", LockFile, differingLine(canonical, text))
	}
	return l, nil
}

// differingLine counts, from 1, to the first line in which two texts differ.
func differingLine(a, b []byte) int {
	line := 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			break
		}
		if a[i] == '\n' {
			line++
		}
	}
	return line
}

// ReadLock reads the lock of a folder. One that does not exist is an empty lock, and an error that is [fs.ErrNotExist].
func ReadLock(dir string) (*Lock, error) {
	text, err := boundedread.File(filepath.Join(dir, LockFile), maxLockBytes)
	if err != nil {
		return &Lock{}, fmt.Errorf("%s cannot be read: %w", LockFile, boundedread.WithoutPath(err))
	}
	l, err := ParseLock(text)
	if err != nil {
		return &Lock{}, err
	}
	return l, nil
}

// Write puts the lock into a folder, as a whole or not at all.
func (l *Lock) Write(dir string) error {
	text, err := l.Text()
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(dir, LockFile), text, 0o644)
}

// Approve locks a folder as it is, without asking anybody: for tests, and for builds that know what they have just made.
// Plugins that cannot be used are left out.
func Approve(dir string) error {
	found, err := catalog.Find(dir)
	if err != nil {
		return err
	}
	var l Lock
	for _, f := range found {
		if f.Err == nil {
			l.Put(NewEntry(f.Plugin))
		}
	}
	return l.Write(dir)
}

// writeWhole writes a file under another name, which loaders pass over, and puts it in its place when it is on the disk.
func writeWhole(path string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// indented returns JSON for people: two spaces a level, a newline at the end, and ASCII only, so that a reviewer sees what counts.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(terminal.NewASCIIWriter(&b))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
