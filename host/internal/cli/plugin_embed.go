package cli

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

func (p *Program) embedCommand() *cobra.Command {
	var out, manifestFile string
	cmd := &cobra.Command{
		Use:     "embed MODULE",
		Short:   "Embed a manifest in a module that another toolchain built",
		Example: "  ocrmux plugin embed zig-out/bin/acme.wasm --manifest manifest.json --out plugins",
		Args:    oneArgument("the module"),
		RunE:    func(_ *cobra.Command, args []string) error { return p.embed(args[0], manifestFile, out) },
	}
	cmd.Flags().StringVar(&manifestFile, "manifest", build.ManifestFile, "`file` of the manifest")
	cmd.Flags().StringVarP(&out, "out", "o", "plugins", "`folder` to write the plugin into")
	return cmd
}

func (p *Program) embed(module, manifestFile, out string) error {
	_, d, err := build.ReadManifest(manifestFile)
	if err == nil {
		err = usableManifest(manifestFile, d)
	}
	if err != nil {
		return usage(err)
	}
	path, err := build.Embed(module, manifestFile, out)
	if errors.As(err, new(*manifest.ModuleError)) || errors.Is(err, fs.ErrNotExist) {
		return usage(err)
	}
	if err != nil {
		return internal(err)
	}
	return p.built(path, d)
}
