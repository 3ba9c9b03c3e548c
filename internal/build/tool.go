package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// MissingError says that a language's compiler, or a part of it, is not on this machine.
type MissingError struct {
	Language Language
	What     string // is missing
	Install  string // names of packages, or what to run
}

// Error says what is missing, and what to install.
func (e *MissingError) Error() string {
	return fmt.Sprintf("to build a provider in %s there must be %s: %s", e.Language, e.What, e.Install)
}

// tool is one call of a compiler in a provider's folder.
type tool struct {
	path string
	args []string
	env  []string // beyond this program's own
}

// run returns what the tool printed to its standard output. What it printed at all is in the error.
func (t tool) run(ctx context.Context, dir string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, t.path, t.args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), t.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		printed := strings.TrimSpace(stderr.String())
		if printed == "" {
			printed = strings.TrimSpace(stdout.String())
		}
		return nil, fmt.Errorf("%s in %s: %w\n%s", strings.Join(append([]string{t.path}, t.args[:min(1, len(t.args))]...), " "), dir, err, printed)
	}
	return stdout.Bytes(), nil
}
