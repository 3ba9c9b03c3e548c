package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/batch"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

type recognizeFlags struct {
	requestFlags
	json bool
}

// requestFlags are the flags of a request.
type requestFlags struct {
	provider, route, side, document, tenant string
	needs                                   needFlags
	passURL                                 bool
}

func (f *requestFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.provider, "provider", "p", "", "use this `provider` only")
	flags.StringVarP(&f.route, "route", "r", "", "use this `route`; default: the route named default")
	flags.StringVar(&f.side, "side", "", "side of the card: front (portrait) or back (emblem)")
	flags.StringVar(&f.document, "document", "", "type of document; default: cn.idcard")
	f.needs.add(flags)
	flags.BoolVar(&f.passURL, "pass-url", false, "ask only providers that fetch the picture from its address themselves")
	flags.StringVar(&f.tenant, "tenant", "", "`tenant` for budgets and usage")
	cmd.MarkFlagsMutuallyExclusive("provider", "route")
}

// request returns the request without its picture.
func (f *requestFlags) request() (r engine.Request, err error) {
	r = engine.Request{Document: f.document, Route: f.route, Provider: f.provider, Tenant: f.tenant, PassURL: f.passURL}
	f.needs.of(&r)
	if r.Side, err = parseSide(f.side); err != nil {
		return r, usage(err)
	}
	return r, nil
}

// needFlags are the capabilities that a provider must have.
type needFlags struct{ fields, extras, signals, labels []string }

func (n *needFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&n.fields, "fields", nil, "ask only providers that read these fields, such as address")
	flags.StringSliceVar(&n.extras, "extras", nil, "extras beyond the fields, such as portrait")
	flags.StringSliceVar(&n.signals, "signals", nil, "ask only providers that report these signals, such as copy")
	flags.StringSliceVar(&n.labels, "labels", nil, "ask only providers with these labels, such as residency:cn")
}

// of sets them in a request.
func (n *needFlags) of(r *engine.Request) {
	r.Fields, r.Extras, r.Signals, r.Labels = n.fields, n.extras, n.signals, n.labels
}

func (p *Program) recognizeCommand() *cobra.Command {
	var f recognizeFlags
	cmd := &cobra.Command{
		Use:   "recognize IMAGE|URL|-",
		Short: "Read one card from a file, an address or standard input",
		Example: "  ocrmux recognize card.jpg\n  ocrmux recognize --config ocrmux.yaml --provider jumdata --json https://example.com/card.jpg\n" +
			"  cat card.jpg | ocrmux recognize --side front -",
		Args: oneArgument("a picture's file, its http(s) address, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.recognize(cmd, &f, args[0]) },
	}
	configFlags(cmd)
	f.add(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print the recognition, or the failure, as JSON")
	return cmd
}

func (p *Program) recognize(cmd *cobra.Command, f *recognizeFlags, source string) (err error) {
	request, err := f.request()
	if err != nil {
		return err
	}
	e, cfg, err := p.open(cmd, slog.LevelError, callState) // the attempts are printed, so the log need not repeat them
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
	if err := nothingLoaded(e.Engine, cfg); err != nil {
		return err
	}
	if request.Picture, err = p.picture(cmd.Context(), source, cfg.Engine.Limits.Picture); err != nil {
		return err
	}
	r, err := e.Recognize(cmd.Context(), request)
	if err != nil {
		return p.printFailure(err, f, e.Engine)
	}
	if f.json {
		return internal(writeJSON(p.Stdout, r))
	}
	return internal(writeRecognition(p.Stdout, r))
}

// parseSide parses --side. Empty means unknown.
func parseSide(s string) (engine.Side, error) {
	switch s {
	case "":
		return abi.SideUnspecified, nil
	case engine.Front.String():
		return engine.Front, nil
	case engine.Back.String():
		return engine.Back, nil
	default:
		return 0, fmt.Errorf("--side is %q; write front (with the portrait) or back (with the emblem)", s)
	}
}

// picture returns the picture that an argument names.
func (p *Program) picture(ctx context.Context, source string, caps imaging.Caps) (engine.Picture, error) {
	if source == "-" {
		limit := caps.MaxBytes
		if limit <= 0 {
			limit = imaging.DefaultMaxBytes
		}
		b, err := readAll(ctx, io.LimitReader(p.Stdin, limit+1)) // one byte more shows that it is too large
		if err != nil {
			return engine.Picture{}, &exitError{StatusPicture, fmt.Errorf("read standard input: %w", err)}
		}
		return engine.Bytes(b), nil
	}
	return pictureAt(source), nil
}

// pictureAt returns a picture in a file or at an address.
func pictureAt(name string) engine.Picture {
	if batch.Address(name) {
		return engine.URL(name)
	}
	return engine.File(name)
}

// readAll reads until the end, or until ctx ends. Then the read may stay blocked, for example on a terminal, until the program ends.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		b   []byte
		err error
	}
	done := make(chan result, 1)
	go func() {
		b, err := io.ReadAll(r)
		done <- result{b, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		return r.b, r.err
	}
}

// printFailure prints why nothing was recognized, and returns an error with the exit status.
func (p *Program) printFailure(err error, f *recognizeFlags, e *engine.Engine) error {
	var failed *engine.Error
	if !errors.As(err, &failed) {
		return internal(err)
	}
	if f.json {
		if err := writeJSON(p.Stdout, failed); err != nil {
			return internal(err)
		}
	} else if len(failed.Attempts) > 0 {
		if err := writeAttempts(p.Stderr, failed.Attempts); err != nil {
			return internal(err)
		}
	}
	exit := &exitError{status: failureStatus(failed), err: errors.New(terminal.Clean(failed.Failure.String()))}
	for _, info := range e.Providers() {
		if info.Name == f.provider && info.State == engine.NotConfigured {
			exit.err = fmt.Errorf("%w; the plugin exists: configure it as providers.%s", exit.err, info.Name)
		}
	}
	return exit
}

// failureStatus returns the exit status of a failed call.
func failureStatus(e *engine.Error) int {
	if e.Failure.Kind == abi.FailureKindInvalidRequest && len(e.Attempts) == 0 {
		return StatusUsage
	}
	return kindStatus(e.Failure.Kind)
}

// kindStatus returns the exit status of a failure after a provider was asked.
func kindStatus(kind engine.FailureKind) int {
	switch kind {
	case abi.FailureKindInvalidImage:
		return StatusPicture
	case abi.FailureKindNoDocument, abi.FailureKindUnreadable:
		return StatusNoDocument
	default:
		return StatusProviders
	}
}
