package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

const (
	rustTarget  = "wasm32-unknown-unknown"
	rustInstall = "install the packages cargo, rustc, libstd-rust-dev-wasm32 and lld, or where rustup is used run rustup target add " + rustTarget
)

// compileRust runs cargo. Settings of the compiler are those of the profile "release" in Cargo.toml.
func compileRust(ctx context.Context, dir, out string) error {
	if !has(dir, "Cargo.toml") {
		return &LanguageError{Dir: dir, Language: Rust, Reason: `it has no Cargo.toml with crate-type = ["cdylib"]; ocrmux plugin new --lang rust writes one`}
	}
	cargo, rustc, err := findRust(ctx, dir)
	if err != nil {
		return err
	}
	build := tool{path: cargo, env: []string{"RUSTC=" + rustc},
		args: []string{"build", "--release", "--target", rustTarget, "--message-format", "json-render-diagnostics"}}
	printed, err := build.run(ctx, dir)
	if err != nil {
		return err
	}
	module, err := lastModule(printed)
	if err != nil {
		return err
	}
	if module == "" {
		return &LanguageError{Dir: dir, Language: Rust, Reason: `cargo made no module; Cargo.toml needs [lib] with crate-type = ["cdylib"]`}
	}
	code, err := boundedread.File(module, maxModuleBytes)
	if err != nil {
		return err
	}
	return os.WriteFile(out, code, 0o600)
}

// findRust looks for a compiler that has the library for WebAssembly, and the cargo that belongs to it. Of two compilers the
// first in the path may lack it: one from rustup before the distribution's.
func findRust(ctx context.Context, dir string) (cargo, rustc string, err error) {
	err = &MissingError{Language: Rust, What: "rustc in the path", Install: rustInstall}
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		rustc, lookErr := exec.LookPath(filepath.Join(folder, "rustc"))
		if lookErr != nil {
			continue
		}
		if !hasRustTarget(ctx, dir, rustc) {
			err = &MissingError{Language: Rust, What: "the library of rustc for " + rustTarget, Install: rustInstall}
			continue
		}
		for _, cargo := range []string{filepath.Join(folder, "cargo"), "cargo"} {
			if cargo, lookErr = exec.LookPath(cargo); lookErr == nil {
				return cargo, rustc, nil
			}
		}
		err = &MissingError{Language: Rust, What: "cargo in the path", Install: rustInstall}
	}
	return "", "", err
}

func hasRustTarget(ctx context.Context, dir, rustc string) bool {
	library, err := tool{path: rustc, args: []string{"--print", "target-libdir", "--target", rustTarget}}.run(ctx, dir)
	if err != nil {
		return false
	}
	_, err = os.Stat(strings.TrimSpace(string(library)))
	return err == nil
}

// lastModule finds the module among the messages that cargo printed, one JSON object a line. The package that was asked for
// comes after everything it needs. Empty when there is none.
func lastModule(messages []byte) (string, error) {
	module := ""
	for decoder := json.NewDecoder(bytes.NewReader(messages)); ; {
		var message struct {
			Reason    string   `json:"reason"`
			Filenames []string `json:"filenames"`
		}
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return module, nil
		} else if err != nil {
			return "", err
		}
		for _, name := range message.Filenames {
			if message.Reason == "compiler-artifact" && strings.HasSuffix(name, ".wasm") {
				module = name
			}
		}
	}
}
