package build

import (
	"context"
	"os/exec"
)

// compileGoModule makes a reactor: a module whose main does not run.
func compileGoModule(ctx context.Context, dir, out string) error {
	return compileGo(ctx, dir, out, []string{"GOOS=wasip1", "GOARCH=wasm"}, "-buildmode=c-shared")
}

func compileGo(ctx context.Context, dir, out string, env []string, flags ...string) error {
	if _, err := exec.LookPath("go"); err != nil {
		return &MissingError{Language: Go, What: "the command go", Install: "install Go 1.26 or newer"}
	}
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", out}, flags...)
	_, err := tool{path: "go", args: append(args, "."), env: env}.run(ctx, dir)
	return err
}
