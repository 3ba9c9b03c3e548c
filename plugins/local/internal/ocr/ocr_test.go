package ocr

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// bar draws a filled rectangle of probability p, turned by an angle, into a map.
func bar(prob []float32, w, h int, center raster.Point, length, thick, angle float64, p float32) {
	sin, cos := math.Sincos(angle)
	for y := range h {
		for x := range w {
			d := raster.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5}.Sub(center)
			if math.Abs(d.X*cos+d.Y*sin) <= length/2 && math.Abs(-d.X*sin+d.Y*cos) <= thick/2 {
				prob[y*w+x] = p
			}
		}
	}
}

func TestBoxes(t *testing.T) {
	t.Parallel()
	const w, h = 200, 120
	for _, test := range []struct {
		name  string
		paint func([]float32)
		want  int
	}{
		{"an empty map has none", func([]float32) {}, 0},
		{"two bars are two boxes", func(p []float32) {
			bar(p, w, h, raster.Point{X: 100, Y: 30}, 120, 10, 0, 0.9)
			bar(p, w, h, raster.Point{X: 100, Y: 80}, 60, 10, 0, 0.9)
		}, 2},
		{"a faint bar is none", func(p []float32) { bar(p, w, h, raster.Point{X: 100, Y: 30}, 120, 10, 0, 0.4) }, 0},
		{"a speck is none", func(p []float32) { bar(p, w, h, raster.Point{X: 100, Y: 30}, 2, 2, 0, 0.9) }, 0},
		{"the whole map is one", func(p []float32) { bar(p, w, h, raster.Point{X: 100, Y: 60}, 400, 400, 0, 0.9) }, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			prob := make([]float32, w*h)
			test.paint(prob)
			if got := boxes(prob, w, h); len(got) != test.want {
				t.Errorf("%d boxes, want %d: %v", len(got), test.want, got)
			}
		})
	}
}

func TestBoxesOfATiltedBar(t *testing.T) {
	t.Parallel()
	const w, h = 300, 300
	for _, degrees := range []float64{0, 10, 45, -30, 90} {
		prob := make([]float32, w*h)
		angle := degrees * math.Pi / 180
		bar(prob, w, h, raster.Point{X: 150, Y: 150}, 160, 20, angle, 0.95)
		found := boxes(prob, w, h)
		if len(found) != 1 {
			t.Fatalf("at %g°: %d boxes, want 1", degrees, len(found))
		}
		if got := lineAngle(found); math.Abs(math.Sin(got-angle)) > 0.02 {
			t.Errorf("at %g°: the line runs at %g°", degrees, got*180/math.Pi)
		}
		orient(found, angle)
		q := found[0].quad
		// A bar of 160×20 grows by 160·20·1.5/(2·180) = 13.3 on every side.
		if math.Abs(q.Width()-186.7) > 5 || math.Abs(q.Height()-46.7) > 5 {
			t.Errorf("at %g°: the box is %.1f×%.1f, want 186.7×46.7", degrees, q.Width(), q.Height())
		}
		if d := q.Center().Dist(raster.Point{X: 150, Y: 150}); d > 1.5 {
			t.Errorf("at %g°: the box is off by %.1f pixels", degrees, d)
		}
	}
}

func TestSeparateCutsALabelFromItsValue(t *testing.T) {
	t.Parallel()
	label := box{quad: raster.Quad{{X: 0, Y: 0}, {X: 110, Y: 0}, {X: 110, Y: 20}, {X: 0, Y: 20}}}
	value := box{quad: raster.Quad{{X: 90, Y: 0}, {X: 300, Y: 0}, {X: 300, Y: 20}, {X: 90, Y: 20}}}
	below := box{quad: raster.Quad{{X: 90, Y: 30}, {X: 300, Y: 30}, {X: 300, Y: 50}, {X: 90, Y: 50}}}
	all := []box{label, value, below}
	separate(all, 0)
	if got := all[0].quad[1].X; math.Abs(got-90) > 1e-9 {
		t.Errorf("the label ends at %g, want 90", got)
	}
	if all[1].quad != value.quad || all[2].quad != below.quad {
		t.Error("a box that overlaps nothing to its right was changed")
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	alphabet := []rune("甲乙丙")
	row := func(class int, p float32) []float32 {
		r := []float32{0, 0, 0, 0}
		r[class] = p
		return r
	}
	for _, test := range []struct {
		name  string
		steps [][]float32
		want  string
		probs []float64
	}{
		{"blanks are nothing", [][]float32{row(0, 0.9), row(0, 0.9)}, "", nil},
		{"a repeat is one character with its surest probability", [][]float32{row(1, 0.5), row(1, 0.9), row(1, 0.7)}, "甲", []float64{0.9}},
		{"a blank between makes two", [][]float32{row(1, 0.9), row(0, 0.9), row(1, 0.8)}, "甲甲", []float64{0.9, 0.8}},
		{"characters may touch", [][]float32{row(3, 0.9), row(2, 0.6)}, "丙乙", []float64{0.9, 0.6}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var flat []float32
			for _, s := range test.steps {
				flat = append(flat, s...)
			}
			l := Line{Glyphs: decode(flat, len(test.steps), 4, alphabet, 1)}
			var probs []float64
			for _, g := range l.Glyphs {
				probs = append(probs, math.Round(g.Prob*1000)/1000)
			}
			if l.Text() != test.want || !cmp.Equal(probs, test.probs) {
				t.Errorf("got %q %v, want %q %v", l.Text(), probs, test.want, test.probs)
			}
		})
	}
}

func TestParseAlphabet(t *testing.T) {
	t.Parallel()
	got, err := ParseAlphabet("甲\r\n乙\nab\n丙\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]rune{'甲', '乙', '\uFFFD', '丙'}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := ParseAlphabet("\n"); !errors.Is(err, ErrAlphabet) {
		t.Errorf("an empty dictionary: error is %v, want ErrAlphabet", err)
	}
}

// fixed is a network that always answers with the same numbers.
type fixed func(shape []int64) ([]float32, []int64)

func (f fixed) Run(_ []float32, shape ...int64) ([]float32, []int64, error) {
	out, s := f(shape)
	return out, s, nil
}

func TestReadRefusesAnswersOfAnotherShape(t *testing.T) {
	t.Parallel()
	bad := fixed(func([]int64) ([]float32, []int64) { return []float32{1}, []int64{1} })
	text := fixed(func(s []int64) ([]float32, []int64) {
		w, h := int(s[3]), int(s[2])
		prob := make([]float32, w*h)
		bar(prob, w, h, raster.Point{X: float64(w) / 2, Y: float64(h) / 2}, float64(w)/2, 20, 0, 0.9)
		return prob, []int64{1, 1, s[2], s[3]}
	})
	upright := fixed(func([]int64) ([]float32, []int64) { return []float32{1, 0}, []int64{1, 2} })
	three := fixed(func([]int64) ([]float32, []int64) { return make([]float32, 3*3), []int64{1, 3, 3} })
	for name, nets := range map[string]Networks{
		"detector":                    {Detector: bad, Direction: upright, Recognizer: three, Alphabet: []rune("甲")},
		"direction":                   {Detector: text, Direction: bad, Recognizer: three, Alphabet: []rune("甲")},
		"recogniser":                  {Detector: text, Direction: upright, Recognizer: bad, Alphabet: []rune("甲")},
		"recogniser of other classes": {Detector: text, Direction: upright, Recognizer: three, Alphabet: []rune("甲乙丙丁")},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(nets, 2).Read(context.Background(), raster.New(400, 300)); err == nil {
				t.Error("no error")
			}
		})
	}
	good := Networks{Detector: text, Direction: upright, Recognizer: three, Alphabet: []rune("甲")}
	if _, err := New(good, 2).Read(context.Background(), raster.New(400, 300)); err != nil {
		t.Errorf("fitting networks: %v", err)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := New(good, 2).Read(stopped, raster.New(400, 300)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: error is %v", err)
	}
}
