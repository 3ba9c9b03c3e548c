package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Tool is a package manager's client.
type Tool string

// Supported clients. pip has the better models, see docs/local.md.
const (
	Pip Tool = "pip"
	Npm Tool = "npm"
)

// ErrNoTool means that neither pip nor npm works on this machine.
var ErrNoTool = errors.New("neither pip nor npm is installed: install one of them (Debian: apt-get install python3-pip, or npm) and try again")

// Downloader puts the archive of a package into a folder and returns its path.
type Downloader func(ctx context.Context, p Package, dir string) (archive string, err error)

// Downloaders returns the downloaders of the installed tools.
func Downloaders(ctx context.Context) map[Tool]Downloader {
	found := map[Tool]Downloader{}
	for _, command := range [][]string{{"python3", "-m", "pip"}, {"pip3"}, {"pip"}} {
		if works(ctx, command) {
			found[Pip] = pip(command)
			break
		}
	}
	if works(ctx, []string{"npm"}) {
		found[Npm] = npm
	}
	return found
}

func works(ctx context.Context, command []string) bool {
	return exec.CommandContext(ctx, command[0], append(command[1:len(command):len(command)], "--version")...).Run() == nil
}

// pip names a Python version, so the download does not depend on the installed one.
func pip(command []string) Downloader {
	return func(ctx context.Context, p Package, dir string) (string, error) {
		args := append(command[1:len(command):len(command)], "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
			"--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--abi", "none", "--dest", dir)
		if p.Platform != "" {
			args = append(args, "--platform", p.Platform)
		}
		return archiveFrom(exec.CommandContext(ctx, command[0], append(args, p.Name+"=="+p.Version)...), dir, "*.whl")
	}
}

func npm(ctx context.Context, p Package, dir string) (string, error) {
	return archiveFrom(exec.CommandContext(ctx, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", dir, p.Name+"@"+p.Version), dir, "*.tgz")
}

// archiveFrom runs a download into an empty folder and returns the downloaded file.
func archiveFrom(cmd *exec.Cmd, dir, pattern string) (string, error) {
	cmd.Stdin = nil
	cmd.Env = os.Environ()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, lastLines(string(out)))
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return "", err
	}
	if len(files) != 1 {
		return "", fmt.Errorf("%s left %d files like %s, want one", cmd.Args[0], len(files), pattern)
	}
	return files[0], nil
}

func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}
