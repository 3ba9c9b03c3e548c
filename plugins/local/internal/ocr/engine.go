package ocr

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Model is a network with one input and one output of float32. Run must be safe for concurrent use.
type Model interface {
	Run(input []float32, shape ...int64) (output []float32, outputShape []int64, err error)
}

// Networks are the three models and the recogniser's dictionary.
type Networks struct {
	// Detector maps 1×3×H×W to 1×1×H×W, the probability that a pixel is text.
	Detector Model
	// Direction maps 1×3×48×192 to 1×2, upright or upside down.
	Direction Model
	// Recognizer maps 1×3×48×W to 1×T×(2+len(Alphabet)): blank, the alphabet, space.
	Recognizer Model
	Alphabet   []rune
}

const (
	detectorSide   = 736  // the long side of what the detector sees; 640 and 960 were worse
	closeUp        = 0.5  // if text fills less of the picture, it is detected again in a crop
	directionVotes = 5    // lines that vote on which way is up
	doubtful       = 0.75 // mean probability below which the page is also read upside down
	lineHeight     = 48
	directionWidth = 192
)

// Engine reads pictures. It is safe for concurrent use.
type Engine struct {
	nets     Networks
	alphabet []rune // with a space at the end
	workers  int
}

// New returns an engine that reads up to workers lines of a picture at the same time.
func New(nets Networks, workers int) *Engine {
	alphabet := append(slices.Clone(nets.Alphabet), ' ')
	return &Engine{nets: nets, alphabet: alphabet, workers: max(1, workers)}
}

// Read finds and reads the lines of a picture. A picture without text gives an empty page. The context is checked between
// runs of a network.
func (e *Engine) Read(ctx context.Context, m *raster.Image) (*Page, error) {
	found, err := e.detect(ctx, m)
	if err != nil || len(found) == 0 {
		return &Page{}, err
	}
	angle := lineAngle(found)
	orient(found, angle)
	flipped, err := e.upsideDown(ctx, m, found)
	if err != nil {
		return nil, err
	}
	if flipped {
		angle += math.Pi
		orient(found, angle)
	}
	page, err := e.read(ctx, m, found, angle)
	if err != nil {
		return nil, err
	}
	if meanProb(page) >= doubtful {
		return page, nil
	}
	orient(found, angle+math.Pi)
	other, err := e.read(ctx, m, found, angle+math.Pi)
	if err != nil {
		return nil, err
	}
	if meanProb(other) > meanProb(page) {
		return other, nil
	}
	return page, nil
}

// detect finds boxes in the whole picture. If all text is in a small part of it, detect repeats the detection in that part.
func (e *Engine) detect(ctx context.Context, m *raster.Image) ([]box, error) {
	found, err := e.detectIn(ctx, m, raster.Point{})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var corners []raster.Point
	for _, b := range found {
		corners = append(corners, b.quad[:]...)
	}
	lo, hi := bounds(corners)
	w, h := hi.X-lo.X, hi.Y-lo.Y
	side := math.Max(w, h)
	full := float64(max(m.W, m.H))
	if side > closeUp*full || full < detectorSide {
		return found, nil
	}
	margin := side * 0.25
	part := image.Rect(int(lo.X-margin), int(lo.Y-margin), int(hi.X+margin), int(hi.Y+margin)).Intersect(image.Rect(0, 0, m.W, m.H))
	closer, err := e.detectIn(ctx, m.Crop(part), raster.Point{X: float64(part.Min.X), Y: float64(part.Min.Y)})
	if err != nil || len(closer) == 0 {
		return found, err
	}
	return closer, nil
}

// detectIn returns the boxes of a picture, moved by an offset. If there are too many, it returns the largest.
func (e *Engine) detectIn(ctx context.Context, m *raster.Image, offset raster.Point) ([]box, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	scale := math.Min(maxUpscaling, float64(detectorSide)/float64(max(m.W, m.H)))
	w, h := toMultiple(float64(m.W)*scale), toMultiple(float64(m.H)*scale)
	out, shape, err := e.nets.Detector.Run(planes(m.Resize(w, h), w), 1, 3, int64(h), int64(w))
	if err != nil {
		return nil, fmt.Errorf("detect text: %w", err)
	}
	if len(shape) != 4 || shape[2] != int64(h) || shape[3] != int64(w) || len(out) != w*h {
		return nil, fmt.Errorf("detect text: the model answered with shape %v, want [1 1 %d %d]", shape, h, w)
	}
	found := boxes(out, w, h)
	sx, sy := float64(m.W)/float64(w), float64(m.H)/float64(h)
	for i := range found {
		for j, p := range found[i].quad {
			found[i].quad[j] = raster.Point{X: p.X*sx + offset.X, Y: p.Y*sy + offset.Y}
		}
	}
	if len(found) > maxBoxes {
		slices.SortStableFunc(found, func(a, b box) int {
			return cmp.Compare(b.quad.Width()*b.quad.Height(), a.quad.Width()*a.quad.Height())
		})
		found = found[:maxBoxes]
	}
	return found, nil
}

func toMultiple(v float64) int { return max(mapMultiple, int(math.Round(v/mapMultiple))*mapMultiple) }

// upsideDown lets the longest lines vote.
func (e *Engine) upsideDown(ctx context.Context, m *raster.Image, found []box) (bool, error) {
	longest := slices.Clone(found)
	slices.SortStableFunc(longest, func(a, b box) int { return cmp.Compare(b.quad.Width(), a.quad.Width()) })
	votes := longest[:min(directionVotes, len(longest))]
	sum := 0.0
	for _, b := range votes {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		line, err := crop(m, b.quad)
		if err != nil {
			continue
		}
		line = line.Resize(min(directionWidth, line.W), lineHeight)
		out, shape, err := e.nets.Direction.Run(planes(line, directionWidth), 1, 3, lineHeight, directionWidth)
		if err != nil {
			return false, fmt.Errorf("find the direction: %w", err)
		}
		if len(out) != 2 {
			return false, fmt.Errorf("find the direction: the model answered with shape %v, want [1 2]", shape)
		}
		sum += float64(out[1])
	}
	return sum > float64(len(votes))/2, nil
}

// read recognises every box, several at a time.
func (e *Engine) read(ctx context.Context, m *raster.Image, found []box, angle float64) (*Page, error) {
	cut := slices.Clone(found)
	separate(cut, angle)
	page := &Page{Lines: make([]Line, len(cut)), Angle: angle}
	errs := make([]error, e.workers)
	next := make(chan int, len(cut))
	for i := range cut {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for w := range e.workers {
		wg.Go(func() {
			for i := range next {
				if errs[w] = ctx.Err(); errs[w] != nil {
					return
				}
				page.Lines[i] = Line{Quad: cut[i].quad, Score: cut[i].score}
				if page.Lines[i].Glyphs, errs[w] = e.Recognize(m, cut[i].quad); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return page, nil
}

// meanProb weighs every character the same.
func meanProb(p *Page) float64 {
	sum, n := 0.0, 0
	for _, l := range p.Lines {
		sum += l.Prob() * float64(len(l.Glyphs))
		n += len(l.Glyphs)
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
