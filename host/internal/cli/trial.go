package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// What compiling a module may take. A guest in Go, the dearest of the honest ones, takes 2 s and 150 MiB.
const (
	trialSeconds = 10        // of a processor
	trialBytes   = 500 << 20 // of memory, the program itself included
)

// maxTried bounds what the other process reads: the file of a plugin.
const maxTried = 512 << 20

// trial returns the function that has modules compiled in a process of this program that the system stops when it takes too much. It
// fills a cache folder, so that this process need not compile them again. It returns nil where tests run commands within their own process,
// and in a program with the race detector.
func (p *Program) trial(cacheDir string) func(ctx context.Context, code []byte) error {
	if p.self == "" || raced {
		return nil
	}
	return func(ctx context.Context, code []byte) error {
		c := exec.CommandContext(ctx, p.self)
		c.Args = []string{"ocrmux", tryName, "--cache-dir", cacheDir}
		c.Env = []string{} // a module is other people's, and this process has secrets
		c.Stdin = bytes.NewReader(code)
		var said bytes.Buffer
		c.Stderr = &said
		err := c.Run()
		var exit *exec.ExitError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &exit) && exit.ExitCode() == StatusInternal:
			return fmt.Errorf("the module cannot be tried: %s", strings.TrimSpace(said.String()))
		case errors.As(err, &exit):
			return &wasm.TrialError{Seconds: trialSeconds, Bytes: trialBytes, Err: err}
		case err != nil:
			return fmt.Errorf("the module cannot be tried: %w", err)
		}
		return nil
	}
}

// tryName is the name of the command that [Program.trial] runs.
const tryName = "try-module"

// tryCommand compiles the module on standard input within limits. It ends with StatusOK if that is possible, and also if the module
// does not compile at all. What goes beyond the limits ends the process.
func (p *Program) tryCommand() *cobra.Command {
	var cacheDir string
	var seconds, limit int64
	cmd := &cobra.Command{
		Use:    tryName,
		Short:  "Compile the WebAssembly module on standard input within limits",
		Hidden: true,
		Args:   noArguments,
		RunE: func(*cobra.Command, []string) error {
			debug.SetMemoryLimit(limit / 4 * 3)
			if err := limitProcess(seconds, limit); err != nil {
				return internal(err)
			}
			code, err := boundedread.All(p.Stdin, maxTried)
			if err != nil {
				return internal(err)
			}
			return internal(wasm.Try(wasm.Config{CacheDir: cacheDir}, code))
		},
	}
	cmd.Flags().StringVar(&cacheDir, "cache-dir", "", "`folder` for the compiled code")
	cmd.Flags().Int64Var(&seconds, "seconds", trialSeconds, "most `seconds` of a processor")
	cmd.Flags().Int64Var(&limit, "memory", trialBytes, "most `bytes` of memory")
	return cmd
}
