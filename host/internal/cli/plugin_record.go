package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/inspect"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

type recordFlags struct {
	runFlags
	out              string
	headers, dummies []string
	specimen         bool
}

func (p *Program) recordCommand() *cobra.Command {
	var f recordFlags
	cmd := &cobra.Command{
		Use:   "record FILE|DIR IMAGE",
		Short: "Make a real call to a vendor and record it as a golden exchange, without secrets and without the data that was read",
		Example: "  ocrmux plugin record . testdata/card.jpg --specimen --out testdata/front.txtar \\\n" +
			"    --secret app_key=env:APP_KEY --secret app_secret=file:secret.txt",
		Args: twoArguments("a plugin or the folder of a provider, and a picture"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.record(cmd.Context(), args[0], args[1], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.out, "out", "", "`file` to write, NAME.txtar; replaced if it exists")
	flags.BoolVar(&f.specimen, "specimen", false, "confirm that the picture is a specimen, an invented card that says so; it is stored beside the exchange")
	flags.StringArrayVar(&f.config, "config", nil, "a setting of the provider, `KEY=VALUE`; may be repeated")
	flags.StringArrayVar(&f.secrets, "secret", nil, "a secret, `NAME=env:VARIABLE` or NAME=file:PATH; may be repeated")
	flags.StringArrayVar(&f.dummies, "dummy", nil, "the text that replaces a secret in the recording, `NAME=env:VARIABLE` or NAME=file:PATH, if it needs a certain form")
	flags.StringArrayVar(&f.headers, "header", nil, "`NAME` of a header to record besides Content-Type and Retry-After; may be repeated")
	flags.StringVar(&f.side, "side", "", "side of the card: front (portrait) or back (emblem)")
	return cmd
}

var (
	errNoSpecimen = errors.New("the picture is sent to the vendor and stored beside the exchange: use --specimen to confirm that it is an invented card that says 样本 or SPECIMEN")
	errNoSecret   = errors.New("--secret: a real call needs the secrets of the account")
)

func (p *Program) record(ctx context.Context, path, image string, f recordFlags) (err error) {
	name, ok := strings.CutSuffix(filepath.Base(f.out), ".txtar")
	switch {
	case !ok || name == "" || name+".txtar" == conform.FailuresFile:
		return usage(fmt.Errorf("--out is %q; name a file such as testdata/front.txtar", f.out))
	case !f.specimen:
		return usage(errNoSpecimen)
	}
	picture, err := readPicture(image)
	if err != nil {
		return &exitError{StatusPicture, err}
	}
	beside := filepath.Join(filepath.Dir(f.out), filepath.Base(image))
	if there, err := boundedread.File(beside, imaging.DefaultMaxBytes); err == nil && !bytes.Equal(there, picture) {
		return usage(fmt.Errorf("%s exists and is a different picture: rename one", beside))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return internal(err)
	}
	path, remove, err := p.pluginFile(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, internal(remove())) }()
	r, err := p.recording(path, f)
	if err != nil {
		return usage(err)
	}
	r.Name, r.Picture, r.PictureName = name, picture, filepath.Base(image)
	recorded, err := conform.Record(ctx, path, r, conform.Options{Runtime: conform.Tried(p.trial(""))})
	switch {
	case errors.Is(err, conform.ErrNotRecorded), errors.Is(err, conform.ErrLeak):
		return &exitError{StatusProviders, err}
	case err != nil:
		return wrongFlags(err)
	}
	err = errors.Join(os.MkdirAll(filepath.Dir(f.out), 0o755), os.WriteFile(beside, picture, 0o644), os.WriteFile(f.out, recorded.Text, 0o644))
	if err != nil {
		return internal(err)
	}
	_, err = fmt.Fprintf(p.Stdout, "%s: %s; replaced in the answers:\n", f.out, recorded.Outcome)
	for _, place := range recorded.Replaced {
		if err == nil {
			_, err = fmt.Fprintf(p.Stdout, "  %s\n", terminal.Clean(place))
		}
	}
	return internal(err)
}

// recording reads the flags. Its errors contain no values, which may be secrets.
func (p *Program) recording(path string, f recordFlags) (conform.Recording, error) {
	r := conform.Recording{Headers: f.headers, Now: time.Now(), Random: rand.Reader, Dummies: map[string]string{}}
	plugin, err := inspect.File(path)
	if err != nil {
		return r, err
	}
	account, err := p.account(plugin.Manifest, f.runFlags)
	if err != nil {
		return r, err
	}
	if len(account.standIns) > 0 {
		return r, errNoSecret
	}
	for _, dummy := range f.dummies {
		name, source, ok := strings.Cut(dummy, "=")
		if !ok {
			return r, errors.New("--dummy: write NAME=env:VARIABLE or NAME=file:PATH")
		}
		if r.Dummies[name], err = config.Secret(p.Environ, source); err != nil {
			return r, fmt.Errorf("--dummy %s: %w", name, err)
		}
	}
	r.Config, r.Secrets = account.config, account.texts
	r.Side, err = parseSide(f.side)
	return r, err
}
