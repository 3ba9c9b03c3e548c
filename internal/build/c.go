package build

import (
	"context"
	"os/exec"
	"path/filepath"
)

// flagsOfC is the file that clangd and other editors read: one argument a line. It is clang's response file as it is.
const flagsOfC = "compile_flags.txt"

// compileC compiles and links all C files of the folder.
func compileC(ctx context.Context, dir, out string) error {
	for _, name := range []string{"clang", "wasm-ld"} {
		if _, err := exec.LookPath(name); err != nil {
			return &MissingError{Language: C, What: name + " in the path", Install: "install the packages clang and lld"}
		}
	}
	if !has(dir, flagsOfC) {
		return &LanguageError{Dir: dir, Language: C, Reason: "it has no " + flagsOfC + ", the arguments of clang; ocrmux plugin new --lang c writes one"}
	}
	sources, err := filepath.Glob(filepath.Join(dir, "*.c"))
	if err != nil {
		return err
	}
	args := []string{"@" + flagsOfC, "-o", out}
	for _, s := range sources {
		args = append(args, "./"+filepath.Base(s))
	}
	_, err = tool{path: "clang", args: args}.run(ctx, dir)
	return err
}
