package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/conform"
)

type checkFlags struct {
	exchanges               string
	asJSON, update, verbose bool
}

func (p *Program) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "test FILE|DIR",
		Short: "Run the conformance kit: the plugin's golden exchanges, and the requirements for every provider",
		Example: "  ocrmux plugin test .\n" +
			"  ocrmux plugin test plugins/acme.wasm --exchanges acme/testdata",
		Args: oneArgument("a plugin, a folder of plugins, or a provider's source folder"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.check(cmd.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.exchanges, "exchanges", "", "`folder` of the golden exchanges and of failures.txtar; default: testdata in the folder, or beside the file")
	flags.BoolVar(&f.asJSON, "json", false, "print the result of each case as JSON")
	flags.BoolVar(&f.update, "update", false, "write the provider's requests and results into the golden exchanges")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "explain each case")
	return cmd
}

// checked is the result of one plugin file.
type checked struct {
	File    string             `json:"file"`
	Plugin  string             `json:"plugin,omitempty"`
	Version string             `json:"version,omitempty"`
	Kind    catalog.Kind       `json:"kind,omitempty"`
	Passed  bool               `json:"passed"`
	Cases   []*conform.Outcome `json:"cases"`
}

// errNotConforming says that a case failed. Its problems have been printed.
var errNotConforming = errors.New("the provider does not conform")

// check runs every case on every plugin at a path.
func (p *Program) check(ctx context.Context, path string, f checkFlags) (err error) {
	files, remove, err := p.pluginFiles(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(remove())) }()
	all, conforming := []*checked{}, true
	for i, file := range files {
		f.update = f.update && i == 0 // other kinds must match what the first kind recorded
		c, err := p.checkFile(ctx, file, path, f)
		if err != nil {
			return err
		}
		all, conforming = append(all, c), conforming && c.Passed
	}
	if f.asJSON {
		if err := writeJSON(p.Stdout, all); err != nil {
			return internal(err)
		}
	}
	if !conforming {
		return &exitError{StatusInternal, errNotConforming}
	}
	return nil
}

// pluginFiles returns the plugins at a path: the file itself, the plugins in a folder, or those that it builds from a provider's
// source folder. remove deletes what was built.
func (p *Program) pluginFiles(ctx context.Context, path string) (files []string, remove func() error, err error) {
	none := func() error { return nil }
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, usage(err)
	case !info.IsDir():
		return []string{path}, none, nil
	}
	if _, err := os.Stat(filepath.Join(path, build.ManifestFile)); errors.Is(err, fs.ErrNotExist) {
		found, err := catalog.Find(path)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("the folder %s contains neither plugins nor a provider's %s", path, build.ManifestFile)
		}
		if err != nil {
			return nil, nil, usage(err)
		}
		for _, f := range found {
			files = append(files, f.Plugin.Path)
		}
		return files, none, nil
	}
	return p.buildAll(ctx, path)
}

// buildAll builds a provider's source as every possible kind of plugin.
func (p *Program) buildAll(ctx context.Context, dir string) (files []string, remove func() error, err error) {
	language, err := build.Detect(dir)
	if err != nil {
		return nil, nil, usage(err)
	}
	temp, err := os.MkdirTemp("", "ocrmux-test-")
	if err != nil {
		return nil, nil, internal(err)
	}
	remove = func() error { return os.RemoveAll(temp) }
	kinds := []func(context.Context, string, string) (string, error){build.WASM}
	if language == build.Go {
		kinds = append(kinds, build.Process)
	}
	for i, compile := range kinds {
		file, err := compile(ctx, dir, filepath.Join(temp, fmt.Sprint(i))) // separate folders, since the names are the same
		if err != nil {
			return nil, nil, internal(errors.Join(err, remove()))
		}
		files = append(files, file)
	}
	return files, remove, nil
}

// checkFile runs every case on one plugin and prints each result at once.
func (p *Program) checkFile(ctx context.Context, file, given string, f checkFlags) (c *checked, err error) {
	exchanges := f.exchanges
	if exchanges == "" {
		exchanges = filepath.Join(folderOf(given), "testdata")
	}
	c = &checked{File: file, Passed: true, Cases: []*conform.Outcome{}}
	tell := &verdictWriter{w: p.Stdout, verbose: f.verbose, quiet: f.asJSON}
	s, err := conform.Open(ctx, file, conform.Options{Exchanges: exchanges, Update: f.update, Runtime: conform.Tried(p.trial(""))})
	var broken *catalog.PluginError
	switch {
	case errors.As(err, &broken):
		c.Passed = false
		c.Cases = append(c.Cases, &conform.Outcome{Case: "descriptor", Verdict: conform.Failed, Problems: []conform.Problem{{Wrong: broken.Error()}}})
		tell.begin(c)
		tell.outcome("", c.Cases[0])
		return c, internal(tell.err)
	case err != nil && ctx.Err() != nil:
		return nil, internal(err)
	case err != nil:
		return nil, usage(err)
	}
	defer func() { err = errors.Join(err, internal(s.Close(context.WithoutCancel(ctx)))) }()
	d := s.Plugin.Manifest
	c.Plugin, c.Version, c.Kind = d.Name, d.Version, s.Plugin.Kind
	tell.begin(c)
	for _, kase := range conform.Cases() {
		o, err := s.Check(ctx, kase)
		if err != nil {
			return nil, internal(err)
		}
		c.Cases, c.Passed = append(c.Cases, o), c.Passed && o.Verdict != conform.Failed
		tell.outcome(kase.Says, o)
	}
	tell.end(c)
	return c, internal(tell.err)
}

// folderOf returns the path if it is a folder, or else the folder of the file.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path
	}
	return filepath.Dir(path)
}
