package catalog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// Found is a plugin file and the result of reading it.
type Found struct {
	// Name by its file. A plugin's manifest must give the same.
	Name string
	// Err is why the plugin cannot be used: a *PluginError. Plugin then holds what is known.
	Err    error
	Plugin Plugin
}

// maxPluginBytes bounds the file of a plugin.
const maxPluginBytes = 512 << 20

// Find lists the plugins of a folder in the order of their names: NAME.wasm, NAME.provider.yaml, and executables NAME that have
// a NAME.manifest.json beside them, and perhaps a folder NAME.d of files that they bring along. It ignores other files, and those whose name begins with a dot. A folder that does not exist
// has no plugins.
//
// A plugin that cannot be used is listed too, with the reason: Find fails only when the folder itself cannot be read.
func Find(dir string) ([]Found, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the folder cannot be read: %w", boundedread.WithoutPath(err))
	}
	var out []Found
	seen := make(map[string]int)
	for _, entry := range entries {
		f, ok := readEntry(dir, entry.Name())
		if !ok {
			continue
		}
		if i, twice := seen[f.Name]; twice {
			out[i].Err = &PluginError{Plugin: f.Name, Cause: NotAPlugin, Detail: message.New(message.PluginNameTwice, "file", filepath.Base(out[i].Plugin.Path), "other", filepath.Base(f.Plugin.Path))}
			continue
		}
		seen[f.Name] = len(out)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Found) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// File reads one plugin by the path of its module, its provider file, its executable or that executable's manifest. Problems are in
// Found.Err, as with Find.
func File(path string) Found {
	dir, file := filepath.Split(path)
	if f, ok := readEntry(dir, file); ok {
		return f
	}
	if f, ok := readEntry(dir, file+abi.ManifestSuffix); ok {
		return f
	}
	return Found{Name: file, Err: &PluginError{Plugin: file, Cause: NotAPlugin, Detail: message.New(message.PluginFileName)}}
}

// readEntry reads a plugin by the name of its module or of its manifest. ok is false for a file that is no plugin.
func readEntry(dir, file string) (f Found, ok bool) {
	if strings.HasPrefix(file, ".") {
		return f, false // what editors, copies and builds in progress leave behind
	}
	if name, isModule := strings.CutSuffix(file, ".wasm"); isModule {
		f = Found{Name: name, Plugin: Plugin{Kind: WASM, Path: filepath.Join(dir, file)}}
		f.Err = f.Plugin.read(name, manifest.Extract)
		return f, true
	}
	if name, isProvider := strings.CutSuffix(file, abi.ProviderSuffix); isProvider {
		f = Found{Name: name, Plugin: Plugin{Kind: Declarative, Path: filepath.Join(dir, file)}}
		f.Err = f.Plugin.readProviderFile(name)
		return f, true
	}
	if name, isManifest := strings.CutSuffix(file, abi.ManifestSuffix); isManifest {
		f = Found{Name: name, Plugin: Plugin{Kind: Process, Path: filepath.Join(dir, name)}}
		f.Err = f.Plugin.read(name, func([]byte) ([]byte, error) {
			var err error
			f.Plugin.ManifestFile, err = readFile(filepath.Join(dir, file), abi.MaxManifestBytes)
			return f.Plugin.ManifestFile, err
		})
		if f.Err == nil {
			var err error
			if f.Plugin.Brought, err = readBrought(dir, name+BroughtSuffix); err != nil {
				f.Err = &PluginError{Plugin: name, Cause: NotAPlugin, Detail: message.Error(err), Err: err}
			}
		}
		return f, true
	}
	return f, false
}

// read fills a plugin from its file.
func (p *Plugin) read(name string, manifestOf func(code []byte) ([]byte, error)) error {
	fail := func(cause Cause, err error) error {
		return &PluginError{Plugin: name, Cause: cause, Detail: message.Error(err), Err: err}
	}
	limit := int64(maxPluginBytes)
	if p.Kind == Declarative {
		limit = yamltree.MaxBytes
	}
	code, err := readFile(p.Path, limit)
	if err != nil {
		return fail(NotAPlugin, err)
	}
	text, err := manifestOf(code)
	if err != nil {
		return fail(BadManifest, err)
	}
	d, err := manifest.Parse(text)
	if err == nil {
		err = manifest.Compatible(d, abi.Major, abi.Minor, nil)
	}
	var version *manifest.VersionError
	switch {
	case errors.As(err, &version):
		return fail(WrongABI, err)
	case err != nil:
		return fail(BadManifest, err)
	}
	if err := manifest.Validate(d); err != nil {
		return fail(BadManifest, err)
	}
	if d.Name != name {
		return fail(BadManifest, message.NewError(message.New(message.PluginNameDiffers, "name", strconv.Quote(d.Name), "file", strconv.Quote(name)), nil))
	}
	p.Code, p.SHA256, p.Manifest = code, sha256.Sum256(code), d
	return nil
}

func readFile(path string, limit int64) ([]byte, error) {
	data, err := boundedread.File(path, limit)
	var irregular *boundedread.IrregularError
	var large *boundedread.TooLargeError
	if errors.As(err, &irregular) || errors.As(err, &large) {
		return nil, message.NewError(message.New(message.PluginFileIrregular, "file", filepath.Base(path), "limit", limit), nil)
	}
	if err != nil {
		err = boundedread.WithoutPath(err)
		return nil, message.NewError(message.New(message.PluginFileUnreadable, "file", filepath.Base(path), "reason", err.Error()), err)
	}
	return data, nil
}
