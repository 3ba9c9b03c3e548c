package build

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// Language is what a provider is written in.
type Language string

// The languages that are built from their folder.
const (
	Go             Language = "Go"
	C              Language = "C"
	Rust           Language = "Rust"
	AssemblyScript Language = "AssemblyScript"
)

// LanguageError says that a folder cannot be built as it is.
type LanguageError struct {
	Dir      string
	Language Language // empty when it is not known
	Reason   string   // what is wrong, and what would help
}

// Error says why.
func (e *LanguageError) Error() string {
	if e.Language == "" {
		return fmt.Sprintf("the folder %s: %s", e.Dir, e.Reason)
	}
	return fmt.Sprintf("the folder %s, a provider in %s: %s", e.Dir, e.Language, e.Reason)
}

// Detect returns the language of a provider's folder, judged by its files. A Go program may have C files beside it, for cgo. It fails
// with a [*LanguageError].
func Detect(dir string) (Language, error) {
	switch {
	case has(dir, "go.mod"), has(dir, "*.go"):
		return Go, nil
	case has(dir, "Cargo.toml"), has(dir, "*.rs"):
		return Rust, nil
	case has(dir, "asconfig.json"), wantsAssemblyScript(dir):
		return AssemblyScript, nil
	case has(dir, "*.c"):
		return C, nil
	}
	return "", &LanguageError{Dir: dir, Reason: "no program in it that can be built: none of *.go, Cargo.toml, a package.json with " +
		"assemblyscript, *.c; a module that is built in another way takes its manifest by ocrmux plugin embed"}
}

func has(dir, pattern string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if ok, err := filepath.Match(pattern, e.Name()); ok && err == nil {
			return true
		}
	}
	return false
}

// wantsAssemblyScript looks for the compiler among the packages that a folder depends on.
func wantsAssemblyScript(dir string) bool {
	text, err := boundedread.File(filepath.Join(dir, "package.json"), maxSourceBytes)
	if err != nil {
		return false
	}
	var p struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if json.Unmarshal(text, &p) != nil {
		return false
	}
	return p.Dependencies["assemblyscript"] != "" || p.DevDependencies["assemblyscript"] != ""
}
