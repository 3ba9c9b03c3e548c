package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// sdkModule is the module that providers are built with.
const sdkModule = "github.com/ocrmux/ocrmux"

// maxModuleBytes limits go.mod and go.sum.
const maxModuleBytes = 16 << 20

type newFlags struct{ module, dir, sdk, lang string }

func (p *Program) newCommand() *cobra.Command {
	var f newFlags
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Create a provider that builds and passes its tests",
		Example: "  ocrmux plugin new acme --module example.com/acme\n" +
			"  ocrmux plugin new acme --sdk ../ocrmux\n" +
			"  ocrmux plugin new acme --lang rust",
		Args: oneArgument("the provider's name"),
		RunE: func(_ *cobra.Command, args []string) error { return p.writeProvider(args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.module, "module", "", "`path` of the Go module; default: example.com/NAME; Go only")
	flags.StringVar(&f.dir, "dir", "", "`folder` to create; if it exists, it must be empty; default: NAME")
	flags.StringVar(&f.sdk, "sdk", "", "`folder` of an ocrmux checkout to build with, instead of a published version; Go only")
	flags.StringVar(&f.lang, "lang", "go", strings.Join(slices.Sorted(maps.Keys(languages())), ", "))
	return cmd
}

// writeProvider writes the whole folder or nothing.
func (p *Program) writeProvider(name string, f newFlags) error {
	s, err := newScaffold(name, f)
	if err != nil {
		return usage(err)
	}
	if f.dir == "" {
		f.dir = name
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(f.dir); err == nil && len(entries) > 0 {
		return usage(fmt.Errorf("the folder %s is not empty; name another one with --dir", f.dir))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("--dir: %w", err))
	}
	if err := writeFolder(f.dir, files); err != nil {
		return internal(err)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: a provider for a made-up vendor in %s, %d files; next:\n  %s\n",
		f.dir, s.Language.Title, len(files), strings.Join(append([]string{"cd " + f.dir}, s.next()...), "\n  "))
	return internal(err)
}

// writeFolder writes files by their slash-separated names into a temporary folder, and renames it when it is complete.
func writeFolder(dir string, files map[string][]byte) (err error) {
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }() // does nothing after the rename
	for name, content := range files {
		path := filepath.Join(temp, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			return err
		}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.Chmod(temp, 0o755), os.Rename(temp, dir))
}

var (
	requireLines = regexp.MustCompile(`(?ms)^require \(\n.*?^\)\n|^require [^\n(]+\n`)
	goLine       = regexp.MustCompile(`(?m)^go ([0-9.]+)$`)
	moduleLine   = regexp.MustCompile(`(?m)^module ` + regexp.QuoteMeta(sdkModule) + `$`)
)

// checkout is a local copy of the SDK's module.
type checkout struct {
	dir                 string // absolute, quoted as in go.mod
	goVersion, requires string
	sums                []byte
}

// readCheckout copies the requirements of the SDK's own go.mod and go.sum, so that builds need no network.
func readCheckout(dir string) (*checkout, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	mod, err := boundedread.File(filepath.Join(abs, "go.mod"), maxModuleBytes)
	if err != nil || !moduleLine.Match(mod) {
		return nil, fmt.Errorf("--sdk: %s is not a checkout of %s: it has no go.mod of that module", dir, sdkModule)
	}
	c := &checkout{dir: abs, goVersion: goVersion}
	if strings.ContainsAny(abs, " \t\"'`()[]{},") {
		c.dir = strconv.Quote(abs)
	}
	if m := goLine.FindSubmatch(mod); m != nil {
		c.goVersion = string(m[1])
	}
	var requires strings.Builder
	for _, block := range requireLines.FindAll(mod, -1) {
		requires.Write(block)
		requires.WriteString("\n")
	}
	c.requires = strings.TrimSpace(requires.String())
	if c.sums, err = boundedread.File(filepath.Join(abs, "go.sum"), maxModuleBytes); err != nil {
		return nil, fmt.Errorf("--sdk: %w", err)
	}
	return c, nil
}
