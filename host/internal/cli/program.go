package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/telemetry"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// Exit statuses.
const (
	StatusOK = 0
	// StatusInternal is for errors that neither the user nor a provider caused, such as a full disk.
	StatusInternal = 1
	// StatusUsage is for wrong arguments or a wrong configuration.
	StatusUsage = 2
	// StatusPicture is for a picture that was refused or could not be read or fetched.
	StatusPicture = 3
	// StatusNoDocument is for a picture without a readable document.
	StatusNoDocument = 4
	// StatusProviders is for a call that failed with every provider.
	StatusProviders = 5
	// StatusInterrupted is for a command that was interrupted with Ctrl-C or SIGTERM.
	StatusInterrupted = 130
)

// Program is the environment of the commands, apart from files and the network.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Environ is the environment in the form of os.Environ.
	Environ []string
	// Dir is the folder of the program's file. UserCacheDir and UserStateDir are the user's folders for caches and state. Each is empty
	// if it is unknown.
	Dir, UserCacheDir, UserStateDir string

	// self is the program's file, to start it again; empty where tests run commands within their own process.
	self   string
	ending *ending // nil where tests run commands within their own process
}

// FromOS returns the Program for the current process. It silences the standard log: only net/http writes there, and what it quotes are
// other people's bytes.
func FromOS() *Program {
	log.SetOutput(io.Discard)
	p := &Program{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), ending: &ending{exit: os.Exit}}
	if file, err := os.Executable(); err == nil {
		p.self = file
		if real, err := filepath.EvalSymlinks(file); err == nil {
			file = real
		}
		p.Dir = filepath.Dir(file)
	}
	if dir, err := os.UserCacheDir(); err == nil {
		p.UserCacheDir = dir
	}
	p.UserStateDir = userStateDir()
	return p
}

// userStateDir returns the state folder of a systemd service, or else of the XDG Base Directory Specification.
func userStateDir() string {
	if dir, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state")
	}
	return ""
}

// Run runs a command line, without the program's name, and returns the exit status. Canceling ctx interrupts it: the program of [FromOS]
// then ends within a second, but for calls under way in a batch or a gateway. A Program runs one command.
// Whatever a command prints is made fit for a terminal.
func (p *Program) Run(ctx context.Context, args []string) int {
	clean := *p
	clean.Stdout, clean.Stderr = terminal.NewWriter(p.Stdout), terminal.NewWriter(p.Stderr)
	return clean.run(ctx, args)
}

func (p *Program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	defer p.ending.watch(ctx)()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return StatusOK
	}
	if ctx.Err() != nil {
		_, _ = fmt.Fprintln(p.Stderr, "ocrmux: interrupted")
		return StatusInterrupted
	}
	status := StatusUsage // an error of cobra itself
	var exit *exitError
	if errors.As(err, &exit) {
		status, err = exit.status, exit.err
	}
	if err != nil {
		p.complain(err)
	}
	return status
}

// complain prints an error. Problems of a configuration are separate lines without prefix, so that editors find file and line.
func (p *Program) complain(err error) {
	var wrong *config.Error
	if errors.As(err, &wrong) {
		_, _ = fmt.Fprintln(p.Stderr, wrong)
		return
	}
	// No line but the first begins at the margin, where one of somebody else's could be taken for this program's.
	_, _ = fmt.Fprintln(p.Stderr, "ocrmux:", strings.ReplaceAll(err.Error(), "\n", "\n  "))
}

// exitError ends the program with a status. If err is nil, nothing more is printed.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usage(err error) error { return &exitError{StatusUsage, err} }

func internal(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{StatusInternal, err}
}

func (p *Program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "ocrmux",
		Short:         "Read identity cards through many OCR providers",
		Long:          "ocrmux reads identity cards through OCR providers, which are plugins.\nExit status: 0 success, 1 internal error, 2 wrong use or configuration, 3 picture refused,\n4 no document or unreadable, 5 every provider failed, 130 interrupted (Ctrl-C, SIGTERM).",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          needsCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(p.recognizeCommand(), p.batchCommand(), p.serveCommand(), p.providersCommand(), p.routeCommand(), p.keyCommand(), p.configCommand(), p.pluginCommand(), p.doctorCommand(), p.healthcheckCommand(), p.versionCommand(), p.tryCommand())
	return root
}

// needsCommand refuses arguments in place of a command.
func needsCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	err := fmt.Errorf("there is no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %q?", err, near[0])
	}
	return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
}

// oneArgument requires exactly one argument.
func oneArgument(what string) cobra.PositionalArgs { return arguments(1, 1, "one: "+what) }

// twoArguments requires exactly two arguments.
func twoArguments(what string) cobra.PositionalArgs { return arguments(2, 2, "two: "+what) }

// atMostOneArgument allows one argument.
func atMostOneArgument(what string) cobra.PositionalArgs {
	return arguments(0, 1, "at most one: "+what)
}

func arguments(least, most int, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if least <= len(args) && len(args) <= most {
			return nil
		}
		return usage(fmt.Errorf("%d arguments are given, want %s; see %s --help", len(args), want, cmd.CommandPath()))
	}
}

// noArguments is cobra.NoArgs with this program's error text.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Errorf("unexpected argument %q; see %s --help", args[0], cmd.CommandPath()))
}

// logger returns the configured logger to standard error. level applies unless a level is configured.
func (p *Program) logger(log config.Log, level slog.Level) *slog.Logger {
	if log.Level != "" {
		_ = level.UnmarshalText([]byte(log.Level)) // the schema allows only the four names
	}
	options := &slog.HandlerOptions{Level: level}
	if log.Format == "json" {
		return slog.New(telemetry.WithTrace(slog.NewJSONHandler(terminal.NewJSONWriter(p.Stderr), options)))
	}
	return slog.New(telemetry.WithTrace(slog.NewTextHandler(p.Stderr, options)))
}
