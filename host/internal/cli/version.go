package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func (p *Program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.Stdout, "ocrmux %s, provider ABI %d.%d, %s %s/%s\n", buildVersion(), abi.Major, abi.Minor, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return internal(err)
		},
	}
}

// linkedVersion is set by the linker if a release is built without its Git history, as in a container. The Makefile names it.
var linkedVersion string

// buildVersion returns the version of this program, such as v1.2.3: the linker's, or else the module's version from the Go toolchain
// (a tag, or a pseudo-version of the commit), or "(devel)".
func buildVersion() string {
	stamped := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		stamped = info.Main.Version
	}
	return cmp.Or(linkedVersion, stamped, "(devel)")
}
