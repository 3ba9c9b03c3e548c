package reader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
	"github.com/ocrmux/ocrmux/plugins/local/internal/modelset"
	"github.com/ocrmux/ocrmux/plugins/local/internal/ocr"
	"github.com/ocrmux/ocrmux/plugins/local/internal/onnx"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// MaxPixels is the largest picture that is decoded, with three bytes of memory per pixel. It is more than phones produce by
// default.
const MaxPixels = 64_000_000

// Options limit the use of the machine.
type Options struct {
	// Threads is the number of threads for one run of a model. 1 is best on few cores, because threads spin.
	Threads int
	// Workers is the number of lines of a picture that are read at the same time.
	Workers int
}

// Reader reads cards. It is safe for concurrent use; only one can be open in a process.
type Reader struct {
	engine   *ocr.Engine
	alphabet map[rune]bool
	closers  []func() error
}

// Open loads the models of a folder, which takes about half a second and 250 MB. Errors wrap [modelset.ErrMissing], [onnx.ErrRuntime],
// [onnx.ErrModel] or [ocr.ErrAlphabet].
func Open(dir string, o Options) (r *Reader, err error) {
	manifest, err := modelset.Load(dir)
	if err != nil {
		return nil, err
	}
	r = &Reader{}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	runtime, err := onnx.Open(filepath.Join(dir, manifest.Library), o.Threads)
	if err != nil {
		return r, err
	}
	r.closers = append(r.closers, runtime.Close)
	var models [3]*onnx.Model
	for i, file := range []string{manifest.Detector, manifest.Direction, manifest.Recognizer} {
		if models[i], err = runtime.Load(filepath.Join(dir, file)); err != nil {
			return r, err
		}
		r.closers = append(r.closers, models[i].Close)
	}
	alphabet, err := loadAlphabet(dir, manifest, models[2])
	if err != nil {
		return r, err
	}
	r.alphabet = make(map[rune]bool, len(alphabet))
	for _, c := range alphabet {
		r.alphabet[c] = true
	}
	r.engine = ocr.New(ocr.Networks{Detector: models[0], Direction: models[1], Recognizer: models[2], Alphabet: alphabet}, o.Workers)
	return r, nil
}

func loadAlphabet(dir string, m *modelset.Manifest, recognizer *onnx.Model) ([]rune, error) {
	if m.Dictionary == "" {
		text, err := recognizer.Metadata("character")
		if err != nil {
			return nil, fmt.Errorf("read the dictionary in %s: %w", m.Recognizer, err)
		}
		return ocr.ParseAlphabet(text)
	}
	data, err := os.ReadFile(filepath.Join(dir, m.Dictionary))
	if err != nil {
		return nil, fmt.Errorf("%w: %w; %s", modelset.ErrMissing, err, modelset.Remedy(dir))
	}
	return ocr.ParseAlphabet(string(data))
}

// Knows reports whether the recogniser's dictionary has a character.
func (r *Reader) Knows(c rune) bool { return r.alphabet[c] }

// Read reads the card in an encoded picture. hint is the expected side if both are in the picture, or "". Errors wrap
// [raster.ErrFormat], [raster.ErrTooLarge] or [card.ErrNotCard], or come from the context or the runtime.
func (r *Reader) Read(ctx context.Context, picture []byte, hint card.Side) (*card.Card, error) {
	m, err := raster.Decode(picture, MaxPixels)
	if err != nil {
		return nil, err
	}
	page, err := r.engine.Read(ctx, m)
	if err != nil {
		return nil, err
	}
	return card.Parse(page, hint)
}

// Close frees the models and the library. No Read may be in progress.
func (r *Reader) Close() error {
	var errs []error
	for i := len(r.closers) - 1; i >= 0; i-- {
		errs = append(errs, r.closers[i]())
	}
	r.closers = nil
	return errors.Join(errs...)
}
