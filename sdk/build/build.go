// Package build turns the folder of a Go provider into its plugin files: a WebAssembly module with the manifest inside, an
// executable with the manifest beside it, or both.
package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/abi/manifest"
)

// ManifestFile is the name of the manifest in a provider's folder.
const ManifestFile = "manifest.json"

// Manifest reads and judges the manifest of a provider's folder.
func Manifest(dir string) ([]byte, *abi.Descriptor, error) {
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, nil, fmt.Errorf("a provider's folder needs a %s: %w", ManifestFile, err)
	}
	d, err := manifest.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Join(dir, ManifestFile), err)
	}
	return text, d, nil
}

// WASM builds the module OUT/NAME.wasm and gives its path.
func WASM(ctx context.Context, dir, out string) (string, error) {
	text, d, err := Manifest(dir)
	if err != nil {
		return "", err
	}
	return install(out, d.Name+".wasm", 0o644, func(temp string) error {
		if err := compile(ctx, dir, temp, []string{"GOOS=wasip1", "GOARCH=wasm"}, "-buildmode=c-shared"); err != nil {
			return err
		}
		module, err := os.ReadFile(temp)
		if err != nil {
			return err
		}
		if module, err = manifest.Embed(module, text); err != nil {
			return err
		}
		return os.WriteFile(temp, module, 0o600)
	})
}

// Process builds the executable OUT/NAME with OUT/NAME.manifest.json and gives the executable's path. cgo is left to the
// environment.
func Process(ctx context.Context, dir, out string) (string, error) {
	text, d, err := Manifest(dir)
	if err != nil {
		return "", err
	}
	path, err := install(out, d.Name, 0o755, func(temp string) error { return compile(ctx, dir, temp, nil) })
	if err != nil {
		return "", err
	}
	_, err = install(out, d.Name+abi.ManifestSuffix, 0o644, func(temp string) error { return os.WriteFile(temp, text, 0o600) })
	return path, err
}

// install makes a file beside its place and moves it there only when it is whole.
func install(out, name string, mode os.FileMode, fill func(temp string) error) (string, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(out, ".build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left there is of no use
	temp, path := filepath.Join(dir, name), filepath.Join(out, name)
	if err := fill(temp); err != nil {
		return "", err
	}
	return path, errors.Join(os.Chmod(temp, mode), os.Rename(temp, path))
}

// compile runs the Go toolchain in the provider's folder.
func compile(ctx context.Context, dir, out string, env []string, flags ...string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", out}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build in %s: %w\n%s", dir, err, strings.TrimSpace(output.String()))
	}
	return nil
}
