package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/inspect"
	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

func (p *Program) pluginCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "plugin", Short: "Write, test, build, sign and distribute plugins", Args: needsCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.newCommand(), p.runCommand(), p.checkCommand(), p.recordCommand(), p.buildCommand(), p.embedCommand(), p.inspectCommand())
	cmd.AddCommand(p.lockCommand(), p.keygenCommand(), p.signCommand(), p.verifyCommand(), p.pushCommand(), p.pullCommand())
	cmd.AddCommand(p.schemaCommand())
	return cmd
}

func (p *Program) buildCommand() *cobra.Command {
	var kind, out string
	cmd := &cobra.Command{
		Use:     "build DIR",
		Short:   "Build the plugin in a folder that holds a program in Go, C, Rust or AssemblyScript and its manifest.json",
		Example: "  ocrmux plugin build --kind wasm --out plugins ./jumdata",
		Args:    oneArgument("the folder of the provider"),
		RunE:    func(cmd *cobra.Command, args []string) error { return p.build(cmd.Context(), args[0], out, kind) },
	}
	cmd.Flags().StringVarP(&out, "out", "o", "plugins", "`folder` to write the plugin into")
	cmd.Flags().StringVar(&kind, "kind", "wasm", "wasm, process or both; only Go can be built as a process")
	return cmd
}

func (p *Program) build(ctx context.Context, dir, out, kind string) error {
	steps := map[string][]func(context.Context, string, string) (string, error){
		"wasm": {build.WASM}, "process": {build.Process}, "both": {build.WASM, build.Process},
	}
	todo, ok := steps[kind]
	if !ok {
		return usage(fmt.Errorf("--kind is %q; write wasm, process or both", kind))
	}
	_, d, err := build.Manifest(dir)
	if err != nil {
		return usage(err)
	}
	if err := usableManifest(dir, d); err != nil {
		return usage(err)
	}
	language, err := build.Detect(dir)
	if err != nil {
		return usage(err)
	}
	if kind != "wasm" && language != build.Go {
		return usage(fmt.Errorf("--kind is %q, but the provider in %s is written in %s: only Go can be built as a process", kind, dir, language))
	}
	for _, step := range todo {
		path, err := step(ctx, dir, out)
		if err != nil {
			return notBuilt(err)
		}
		if err := p.built(path, d); err != nil {
			return err
		}
	}
	return nil
}

// usableManifest returns an error if this program cannot use a provider with the manifest.
func usableManifest(where string, d *abi.Descriptor) error {
	if err := errors.Join(manifest.Compatible(d, abi.Major, abi.Minor, nil), manifest.Validate(d)); err != nil {
		return fmt.Errorf("the manifest in %s is invalid: %w", where, err)
	}
	return nil
}

// notBuilt returns a usage error for a folder that is not a program, and an internal error if the compiler failed.
func notBuilt(err error) error {
	if errors.As(err, new(*build.LanguageError)) {
		return usage(err)
	}
	return internal(err)
}

// built reports a plugin file that was written.
func (p *Program) built(path string, d *abi.Descriptor) error {
	info, err := os.Stat(path)
	if err != nil {
		return internal(err)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: %s %s, %d KiB\n", path, d.Name, d.Version, info.Size()>>10)
	return internal(err)
}

func (p *Program) inspectCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect FILE",
		Short: "Show what a plugin is and what it needs, without running it",
		Args:  oneArgument("a module NAME.wasm, a file NAME.provider.yaml, or an executable with a NAME.manifest.json beside it"),
		RunE: func(_ *cobra.Command, args []string) error {
			plugin, err := inspect.File(args[0])
			if err != nil {
				return usage(err)
			}
			if asJSON {
				err = writeJSON(p.Stdout, plugin)
			} else {
				err = writePlugin(p.Stdout, plugin)
			}
			if err != nil {
				return internal(err)
			}
			if len(plugin.Problems) > 0 {
				return usage(fmt.Errorf("this plugin cannot be used: %s", strings.Join(plugin.Problems, "; ")))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON, with the whole manifest")
	return cmd
}

// writePlugin prints a plugin for a person.
func writePlugin(w io.Writer, p *inspect.Plugin) error {
	d, t := p.Manifest, &terminal.Table{}
	more := func(key string, values ...string) {
		for _, v := range values {
			if v != "" {
				t.Add(key, v)
				key = ""
			}
		}
	}
	more("name", d.Name)
	more("version", d.Version)
	more("description", d.Description)
	if d.ABI != nil {
		more("abi", fmt.Sprintf("%d.%d", d.ABI.Major, d.ABI.Minor))
	}
	more("kind", string(p.Kind))
	more("size", fmt.Sprintf("%d bytes", p.Size))
	more("sha256", p.SHA256)
	more("signature", p.Signature.String())
	more("lock", p.Lock)
	more("reads", documents(d)...)
	more("calls", orNone(d.Hosts)...)
	more("secrets", secrets(d)...)
	more("settings", settings(d)...)
	more("pictures", limits(d.Images)...)
	more("host functions", strings.Join(d.HostFunctions, ", "))
	more("features", strings.Join(d.Features, ", "))
	more("front doors", frontDoors(d)...)
	more("imports", imports(p.Imports)...)
	more("license", d.License)
	more("homepage", d.Homepage)
	_, err := io.WriteString(w, t.String())
	return err
}
