package build

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// compileAssemblyScript runs the compiler that the folder's package.json pins, once npm has put it there. What is compiled,
// and how, is in asconfig.json.
func compileAssemblyScript(ctx context.Context, dir, out string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return &MissingError{Language: AssemblyScript, What: "node in the path", Install: "install the package nodejs, version 20 or newer, and npm"}
	}
	asc := filepath.Join("node_modules", "assemblyscript", "bin", "asc.js")
	if _, err := os.Stat(filepath.Join(dir, asc)); err != nil {
		return &MissingError{Language: AssemblyScript, What: "its compiler in node_modules", Install: "run npm ci in " + dir}
	}
	if !has(dir, "asconfig.json") {
		return &LanguageError{Dir: dir, Language: AssemblyScript, Reason: "it has no asconfig.json, the entries and options of asc; ocrmux plugin new --lang assemblyscript writes one"}
	}
	_, err := tool{path: "node", args: []string{asc, "--outFile", out}}.run(ctx, dir)
	return err
}
