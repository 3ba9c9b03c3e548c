package raster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"testing"
)

func checker(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8((x + y) * 3), 255})
		}
	}
	return m
}

func TestDecode(t *testing.T) {
	t.Parallel()
	var jpg, small bytes.Buffer
	if err := jpeg.Encode(&jpg, checker(40, 30), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&small, checker(40, 30)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		data []byte
		max  int
		want error
	}{
		{"a JPEG is read", jpg.Bytes(), 1200, nil},
		{"a PNG is read", small.Bytes(), 1200, nil},
		{"one pixel over the limit is refused before it is decoded", small.Bytes(), 1199, ErrTooLarge},
		{"half a JPEG is not a picture", jpg.Bytes()[:jpg.Len()/2], 1200, ErrFormat},
		{"nothing is not a picture", nil, 1200, ErrFormat},
		{"text is not a picture", []byte("GIF89a or something else"), 1200, ErrFormat},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := Decode(test.data, test.max)
			if !errors.Is(err, test.want) {
				t.Fatalf("error is %v, want %v", err, test.want)
			}
			if err == nil && (m.W != 40 || m.H != 30) {
				t.Errorf("size is %d×%d, want 40×30", m.W, m.H)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, checker(16, 16), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte("BM\x00\x00"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data, 1<<16)
		if err == nil && len(m.Pix) != m.W*m.H*3 {
			t.Errorf("%d bytes for %d×%d", len(m.Pix), m.W, m.H)
		}
	})
}

func TestTurnFourTimes(t *testing.T) {
	t.Parallel()
	m := FromImage(checker(13, 7))
	once := m.Turn(1)
	if once.W != 7 || once.H != 13 {
		t.Fatalf("a quarter turn is %d×%d, want 7×13", once.W, once.H)
	}
	if !bytes.Equal(once.Turn(3).Pix, m.Pix) || !bytes.Equal(m.Turn(2).Turn(-2).Pix, m.Pix) {
		t.Error("turning there and back changes pixels")
	}
	// The top left pixel goes to the top right when turned clockwise.
	if !bytes.Equal(once.Pix[6*3:7*3], m.Pix[:3]) {
		t.Error("a quarter turn is not clockwise")
	}
}

func TestResizeKeepsTheColourOfAFlatPicture(t *testing.T) {
	t.Parallel()
	m := New(37, 23)
	for i := range m.Pix {
		m.Pix[i] = 200
	}
	for _, size := range [][2]int{{10, 5}, {100, 70}, {37, 23}, {1, 1}} {
		got := m.Resize(size[0], size[1])
		if got.W != size[0] || got.H != size[1] {
			t.Fatalf("size is %d×%d, want %v", got.W, got.H, size)
		}
		for _, p := range got.Pix {
			if p < 199 {
				t.Fatalf("a pixel became %d at %v", p, size)
			}
		}
	}
}

func TestWarpOfTheWholePicture(t *testing.T) {
	t.Parallel()
	m := FromImage(checker(20, 12))
	got, err := m.Warp(Quad{{}, {X: 20}, {X: 20, Y: 12}, {Y: 12}}, 20, 12)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Pix {
		if d := int(m.Pix[i]) - int(got.Pix[i]); d < -8 || d > 8 {
			t.Fatalf("byte %d went from %d to %d", i, m.Pix[i], got.Pix[i])
		}
	}
	if _, err := m.Warp(Quad{{X: 1}, {X: 5}, {X: 9}, {X: 12}}, 8, 8); !errors.Is(err, ErrDegenerate) {
		t.Errorf("warping a line: error is %v, want ErrDegenerate", err)
	}
}

func TestFitHomography(t *testing.T) {
	t.Parallel()
	truth := Homography{1.2, 0.1, 30, -0.2, 0.9, 400, 0.0003, -0.0001, 1}
	var from, to []Point
	for _, p := range []Point{{0, 0}, {1000, 0}, {1000, 600}, {0, 600}, {500, 300}, {120, 480}} {
		from, to = append(from, p), append(to, truth.Apply(p))
	}
	for _, n := range []int{4, 6} {
		h, err := FitHomography(from[:n], to[:n])
		if err != nil {
			t.Fatal(err)
		}
		if d := h.Apply(Point{700, 200}).Dist(truth.Apply(Point{700, 200})); d > 1e-3 {
			t.Errorf("fitted to %d points, another point is off by %g pixels", n, d)
		}
	}
	for name, points := range map[string][]Point{"three points": from[:3], "points on a line": {{0, 0}, {1, 0}, {2, 0}, {3, 0}}, "one point four times": make([]Point, 4)} {
		if _, err := FitHomography(points, points); !errors.Is(err, ErrDegenerate) {
			t.Errorf("%s: error is %v, want ErrDegenerate", name, err)
		}
	}
}

func TestQuadSlice(t *testing.T) {
	t.Parallel()
	q := Quad{{0, 0}, {100, 0}, {100, 20}, {0, 20}}
	if got, want := q.Slice(0.25, 0.5), (Quad{{25, 0}, {50, 0}, {50, 20}, {25, 20}}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if !q.Contains(Point{50, 10}) || q.Contains(Point{50, 21}) {
		t.Error("Contains is wrong about a point")
	}
	if math.Abs(q.Width()-100)+math.Abs(q.Height()-20) > 1e-9 {
		t.Errorf("size is %g×%g, want 100×20", q.Width(), q.Height())
	}
}
