package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// ManifestFile is the name of the manifest in a provider's folder.
const ManifestFile = "manifest.json"

const (
	// maxSourceBytes limits a file beside the source of a provider.
	maxSourceBytes = 4 << 20
	// maxModuleBytes limits what a compiler has made.
	maxModuleBytes = 512 << 20
)

// Manifest reads the manifest of a provider's folder. It fails with a [*manifest.ParseError] when it is none.
func Manifest(dir string) ([]byte, *abi.Descriptor, error) {
	text, d, err := ReadManifest(filepath.Join(dir, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("a provider's folder needs a %s: %w", ManifestFile, err)
	}
	return text, d, err
}

// ReadManifest reads a manifest from a file of any name. It fails with a [*manifest.ParseError] when it is none.
func ReadManifest(file string) ([]byte, *abi.Descriptor, error) {
	text, err := boundedread.File(file, maxSourceBytes)
	if err != nil {
		return nil, nil, err
	}
	d, err := manifest.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	return text, d, nil
}

// WASM builds the module OUT/NAME.wasm and gives its path. It fails with a [*LanguageError] when the folder holds no program
// that it knows, with a [*MissingError] when the language's compiler is not there, and with what the compiler printed.
func WASM(ctx context.Context, dir, out string) (string, error) {
	text, d, err := Manifest(dir)
	if err != nil {
		return "", err
	}
	language, err := Detect(dir)
	if err != nil {
		return "", err
	}
	compilers := map[Language]func(ctx context.Context, dir, out string) error{
		Go: compileGoModule, C: compileC, Rust: compileRust, AssemblyScript: compileAssemblyScript,
	}
	return install(out, d.Name+".wasm", 0o644, func(temp string) error {
		if err := compilers[language](ctx, dir, temp); err != nil {
			return err
		}
		return embed(temp, text, temp)
	})
}

// Process builds the executable OUT/NAME with OUT/NAME.manifest.json from a Go program and gives the executable's path. cgo
// is left to the environment. For any other language it fails with a [*LanguageError].
func Process(ctx context.Context, dir, out string) (string, error) {
	text, d, err := Manifest(dir)
	if err != nil {
		return "", err
	}
	if language, err := Detect(dir); err != nil {
		return "", err
	} else if language != Go {
		return "", &LanguageError{Dir: dir, Language: language, Reason: "only a provider in Go is built as a subprocess, too; build a module"}
	}
	path, err := install(out, d.Name, 0o755, func(temp string) error { return compileGo(ctx, dir, temp, nil) })
	if err != nil {
		return "", err
	}
	_, err = install(out, d.Name+abi.ManifestSuffix, 0o644, func(temp string) error { return os.WriteFile(temp, text, 0o600) })
	return path, err
}

// Embed makes the plugin OUT/NAME.wasm of a module that any toolchain has built and of the manifest in a file, and gives its
// path. A manifest that the module has already is replaced. It fails with a [*manifest.ModuleError] when the file is no core
// module, and with a [*manifest.ParseError].
func Embed(module, manifestFile, out string) (string, error) {
	text, d, err := ReadManifest(manifestFile)
	if err != nil {
		return "", err
	}
	return install(out, d.Name+".wasm", 0o644, func(temp string) error { return embed(module, text, temp) })
}

func embed(module string, text []byte, to string) error {
	code, err := boundedread.File(module, maxModuleBytes)
	if err != nil {
		return err
	}
	if code, err = manifest.Embed(code, text); err != nil {
		return fmt.Errorf("%s: %w", module, err)
	}
	return os.WriteFile(to, code, 0o600)
}

// install makes a file beside its place and moves it there only when it is whole. The name it is made under is absolute:
// compilers run in the provider's folder.
func install(out, name string, mode os.FileMode, fill func(temp string) error) (string, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(out, ".build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left there is of no use
	temp, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	if err := fill(temp); err != nil {
		return "", err
	}
	path := filepath.Join(out, name)
	return path, errors.Join(os.Chmod(temp, mode), os.Rename(temp, path))
}
