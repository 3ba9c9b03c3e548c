package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/batch"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

const defaultJobs = 8

type batchFlags struct {
	requestFlags
	output            string
	jobs              int
	resume, keepGoing bool
	retry             []string
}

func (p *Program) batchCommand() *cobra.Command {
	var f batchFlags
	cmd := &cobra.Command{
		Use:   "batch PICTURE|FOLDER|URL|-…",
		Short: "Read many cards, and write one line of JSON for each",
		Long: "Reads the named pictures, all pictures in folders and their subfolders, and for - the files and addresses on standard input, one per line.\n" +
			"After Ctrl-C it waits for the pictures that are being read and starts no others; --resume continues from there.",
		Example: "  ocrmux batch --output cards.jsonl scans/\n  ocrmux batch --output cards.jsonl --resume scans/\n  find scans -newer stamp | ocrmux batch --route cheap -",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil
			}
			return usage(fmt.Errorf("name at least one picture: a file, a folder, an address, or - for a list on standard input; see %s --help", cmd.CommandPath()))
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.batch(cmd, &f, args) },
	}
	configFlags(cmd)
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "write to a new `file` that only this user can read; default: standard output")
	flags.BoolVar(&f.resume, "resume", false, "continue the file of an earlier run: pictures that were read, or that no provider can read, are not read again")
	flags.StringSliceVar(&f.retry, "retry", nil, "with --resume, read pictures again that failed with these `kinds`, such as no_document or unreadable")
	flags.IntVarP(&f.jobs, "jobs", "j", defaultJobs, "number of pictures to read at once")
	flags.BoolVar(&f.keepGoing, "keep-going", false, "continue after failures of the operator: a refused account, a used-up budget, a wrong configuration")
	return cmd
}

func (p *Program) batch(cmd *cobra.Command, f *batchFlags, names []string) (err error) {
	request, err := f.request()
	switch {
	case err != nil:
		return err
	case f.jobs < 1 || f.jobs > 10_000:
		return usage(fmt.Errorf("--jobs is %d; write 1 to 10000", f.jobs))
	case f.resume && f.output == "":
		return usage(errors.New("--resume needs the file of the earlier run: name it with --output"))
	case len(f.retry) > 0 && !f.resume:
		return usage(errors.New("--retry needs --resume: it is about pictures that an earlier run has read"))
	}
	out, earlier, err := p.output(f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(out.Close())) }()
	e, cfg, err := p.open(cmd, slog.LevelError, callState)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(e.Close(context.WithoutCancel(cmd.Context())))) }()
	if err := nothingLoaded(e.Engine, cfg); err != nil {
		return err
	}
	progress := p.progress()
	summary, err := batch.Run(cmd.Context(), batch.Config{
		Recognize: func(ctx context.Context, name string) (*engine.Recognition, error) {
			r := request
			r.Picture = pictureAt(name)
			defer p.ending.finish()()
			return e.Recognize(ctx, r)
		},
		Jobs: f.jobs, Earlier: earlier, KeepGoing: f.keepGoing, Progress: progress.show,
	}, batch.Pictures(names, p.Stdin), out)
	progress.clear()
	_, _ = fmt.Fprintln(p.Stderr, summaryLine(&summary)) // the lines are written, so this is best effort
	return batchStatus(&summary, err)
}

// output opens the file to write to, or standard output, and returns what an earlier run did.
func (p *Program) output(f *batchFlags) (out io.WriteCloser, earlier *batch.Earlier, err error) {
	if f.output == "" {
		return unclosed{terminal.NewJSONWriter(p.Stdout)}, nil, nil
	}
	if !f.resume {
		file, err := batch.Create(f.output)
		if errors.Is(err, fs.ErrExist) {
			return nil, nil, usage(fmt.Errorf("%s exists: use --resume to continue it, or name another file", f.output))
		}
		if err != nil {
			return nil, nil, usage(err)
		}
		return file, nil, nil
	}
	file, earlier, err := batch.Continue(f.output)
	if err != nil {
		return nil, nil, usage(fmt.Errorf("%s cannot be continued: %w", f.output, err))
	}
	if earlier.Retry, err = failureKinds(f.retry); err != nil {
		return nil, nil, errors.Join(usage(err), file.Close())
	}
	return file, earlier, nil
}

// failureKinds parses --retry.
func failureKinds(names []string) (map[engine.FailureKind]bool, error) {
	kinds := make(map[engine.FailureKind]bool)
	for _, name := range names {
		var kind engine.FailureKind
		if err := kind.UnmarshalText([]byte(name)); err != nil || kind == 0 {
			return nil, fmt.Errorf("--retry names %q; write kinds of failures, such as no_document or unreadable", name)
		}
		kinds[kind] = true
	}
	return kinds, nil
}

// unclosed is standard output, which must stay open.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// progress shows the progress of a batch at a terminal.
type progress struct {
	to    io.Writer // nil unless standard error is a terminal
	shown bool
}

func (p *Program) progress() *progress {
	to := p.Stderr
	if w, ok := to.(*terminal.Writer); ok {
		to = w.Unwrap() // which takes the control characters of this program
	}
	if f, ok := to.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{to: f}
		}
	}
	return &progress{}
}

func (p *progress) show(s batch.Summary) {
	if p.to != nil {
		p.shown = true
		_, _ = fmt.Fprintf(p.to, "\r\x1b[K%d read, %d failed", s.Read, s.Failures()) // best effort
	}
}

func (p *progress) clear() {
	if p.shown {
		_, _ = fmt.Fprint(p.to, "\r\x1b[K")
	}
}

// summaryLine describes a batch in one line: "118 read, 2 failed (2 unreadable), 120 attempts billed, cost 5.40 CNY".
func summaryLine(s *batch.Summary) string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "ocrmux: %d read", s.Read)
	if s.Before > 0 {
		_, _ = fmt.Fprintf(&b, ", %d done earlier", s.Before)
		if len(s.FailedBefore) > 0 {
			_, _ = fmt.Fprintf(&b, " (of them failed: %s)", counted(s.FailedBefore))
		}
	}
	if n := s.Failures(); n > 0 {
		_, _ = fmt.Fprintf(&b, ", %d failed (%s)", n, counted(s.Failed))
	}
	if s.Repeated > 0 {
		_, _ = fmt.Fprintf(&b, ", %d named twice", s.Repeated)
	}
	if len(s.PassedOver) > 0 {
		_, _ = fmt.Fprintf(&b, ", not read: %s", counted(s.PassedOver))
	}
	_, _ = fmt.Fprintf(&b, ", %d attempts billed%s", s.Billed, amountTexts(", cost", s.Cost))
	if s.Unknown > 0 {
		_, _ = fmt.Fprintf(&b, ", %d possibly billed%s", s.Unknown, amountTexts(", up to", s.UnknownCost))
	}
	return b.String()
}

// counted lists counts: "2 no_document, 1 unreadable".
func counted[K cmp.Ordered](counts map[K]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %v", counts[kind], kind))
	}
	return strings.Join(parts, ", ")
}

func amountTexts(before string, amounts map[string]money.Amount) (text string) {
	for _, currency := range slices.Sorted(maps.Keys(amounts)) {
		if amounts[currency] > 0 {
			text += fmt.Sprintf("%s %s %s", before, amounts[currency], currency)
		}
	}
	return text
}

// batchStatus returns the error whose status is that of the worst picture.
func batchStatus(s *batch.Summary, err error) error {
	var stopped *batch.StoppedError
	switch {
	case errors.As(err, &stopped):
		return &exitError{StatusProviders, errors.New(terminal.Clean(stopped.Error()) + "; use --keep-going to continue")}
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return usage(err)
	}
	worst := StatusOK
	for _, failed := range []map[engine.FailureKind]int{s.Failed, s.FailedBefore} {
		for kind := range failed {
			worst = max(worst, kindStatus(kind))
		}
	}
	if worst == StatusOK {
		return nil
	}
	return &exitError{status: worst}
}
