package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/distribution"
)

// maxPasswordBytes limits the length of a password.
const maxPasswordBytes = 64 << 10

// registryFlags says how to connect to a registry.
type registryFlags struct {
	username      string
	passwordStdin bool
	plainHTTP     bool
	allow         []string
	timeout       time.Duration
}

func (f *registryFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.username, "username", "", "user `name` at the registry; default: the login of docker or podman")
	cmd.Flags().BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from standard input")
	cmd.Flags().BoolVar(&f.plainHTTP, "plain-http", false, "use http for a registry on this machine")
	cmd.Flags().StringArrayVar(&f.allow, "allow-origin", nil, "`origin` inside your network that the registry may redirect to, such as https://storage.internal; repeatable")
	cmd.Flags().DurationVar(&f.timeout, "time-limit", distribution.DefaultTimeout, "longest `time` for one plugin")
}

// access reads the password, once for all plugins of a command.
func (p *Program) access(f registryFlags) (distribution.Access, error) {
	access := distribution.Access{Username: f.username, PlainHTTP: f.plainHTTP, Allow: f.allow, Timeout: f.timeout}
	if (f.username != "") != f.passwordStdin {
		return access, usage(errors.New("--username and --password-stdin must be used together"))
	}
	if f.passwordStdin {
		text, err := io.ReadAll(io.LimitReader(p.Stdin, maxPasswordBytes))
		if err != nil {
			return access, usage(fmt.Errorf("read the password: %w", err))
		}
		access.Password = strings.TrimRight(string(text), "\r\n")
	}
	return access, nil
}

// remote returns the registry of a reference.
func remote(reference string, access distribution.Access) (*distribution.Remote, error) {
	ref, err := distribution.ParseReference(reference)
	if err != nil {
		return nil, usage(err)
	}
	r, err := distribution.Open(ref, access)
	if err != nil {
		return nil, usage(err)
	}
	return r, nil
}

// registryError returns an internal error for an unreachable registry or a full disk, and otherwise a usage error.
func registryError(err error) error {
	var failed *distribution.Error
	var onDisk *fs.PathError
	if errors.As(err, &failed) && failed.Cause == distribution.Unreachable || errors.As(err, &onDisk) {
		return internal(err)
	}
	return usage(err)
}

func (p *Program) pushCommand() *cobra.Command {
	var f registryFlags
	var platform string
	cmd := &cobra.Command{
		Use:   "push REGISTRY/REPOSITORY:TAG PLUGIN",
		Short: "Upload a plugin, with its signature, to an OCI registry",
		Long: "Uploads a plugin, and the signature beside it, to an OCI registry. The same files give the same digest;\n" +
			"SOURCE_DATE_EPOCH sets the recorded time.",
		Example: "  ocrmux plugin push registry.example/ocr/jumdata:1.0.0 plugins/jumdata.wasm",
		Args:    twoArguments("a reference in a registry, and a plugin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.push(cmd.Context(), args[0], args[1], platform, f)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&platform, "platform", "", "`OS/ARCH` of an executable, such as linux/amd64; default: from its header")
	return cmd
}

func (p *Program) push(ctx context.Context, reference, path, platform string, f registryFlags) error {
	plugins, err := readPlugins([]string{path})
	if err != nil {
		return err
	}
	var o distribution.PushOptions
	if platform != "" {
		if o.Platform, err = distribution.ParsePlatform(platform); err != nil {
			return usage(fmt.Errorf("--platform: %w", err))
		}
	}
	if o.Created, err = p.sourceDate(); err != nil {
		return usage(err)
	}
	access, err := p.access(f)
	if err != nil {
		return err
	}
	r, err := remote(reference, access)
	if err != nil {
		return err
	}
	pushed, err := r.Push(ctx, plugins[0], o)
	if err != nil {
		return registryError(err)
	}
	if pushed.Moved != "" {
		if _, err := fmt.Fprintf(p.Stdout, "the tag referred to %s before\n", pushed.Moved); err != nil {
			return internal(err)
		}
	}
	_, err = fmt.Fprintln(p.Stdout, pushed.Reference)
	return internal(err)
}

// sourceDate returns the time in SOURCE_DATE_EPOCH, in seconds since 1970, or the zero time if it is not set.
func (p *Program) sourceDate() (time.Time, error) {
	for _, variable := range p.Environ {
		if text, ok := strings.CutPrefix(variable, "SOURCE_DATE_EPOCH="); ok && text != "" {
			seconds, err := strconv.ParseInt(text, 10, 64)
			if err != nil || seconds < 0 || seconds > 253402300799 {
				return time.Time{}, fmt.Errorf("$SOURCE_DATE_EPOCH is %q, want seconds since 1970", text)
			}
			return time.Unix(seconds, 0), nil
		}
	}
	return time.Time{}, nil
}
