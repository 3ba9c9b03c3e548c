package reader

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/testenv"
	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
	"github.com/ocrmux/ocrmux/plugins/local/internal/modelset"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
	"github.com/ocrmux/ocrmux/plugins/local/specimen"
)

// open loads the models from the folder OCRMUX_LOCAL_MODELS, or from the folder that make models fills.
func open(t testing.TB) *Reader {
	t.Helper()
	dir := os.Getenv("OCRMUX_LOCAL_MODELS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "bin", "plugins", "local.d")
	}
	r, err := Open(dir, Options{Threads: 1, Workers: 2})
	if errors.Is(err, modelset.ErrMissing) {
		testenv.Missing(t, "the models of the provider local in %s; run make models, or set OCRMUX_LOCAL_MODELS", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestReader(t *testing.T) {
	r := open(t)
	t.Run("reads the regression set", func(t *testing.T) { regression(t, r, filepath.Join("..", "..", "testdata")) })
	t.Run("reads the examples", func(t *testing.T) { regression(t, r, filepath.Join("..", "..", "..", "..", "examples", "cards")) })
	t.Run("takes nothing else for a card", func(t *testing.T) { others(t, r) })
	t.Run("takes odd shapes for no card", func(t *testing.T) {
		for _, size := range [][2]int{{1, 1}, {1, 4000}, {4000, 1}, {33, 31}} {
			var buf bytes.Buffer
			if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, size[0], size[1]))); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Read(t.Context(), buf.Bytes(), ""); !errors.Is(err, card.ErrNotCard) {
				t.Errorf("%v pixels: error is %v, want ErrNotCard", size, err)
			}
		}
	})
	t.Run("reads many at once as it reads one", func(t *testing.T) { together(t, r) })
	t.Run("refuses what is not a picture", func(t *testing.T) {
		if _, err := r.Read(t.Context(), []byte("no picture"), ""); !errors.Is(err, raster.ErrFormat) {
			t.Errorf("error is %v, want ErrFormat", err)
		}
	})
}

func regression(t *testing.T, r *Reader, dir string) {
	data, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truths []specimen.Truth
	if err := json.Unmarshal(data, &truths); err != nil {
		t.Fatal(err)
	}
	for _, truth := range truths {
		t.Run(strings.TrimSuffix(truth.File, ".jpg"), func(t *testing.T) {
			picture, err := os.ReadFile(filepath.Join(dir, truth.File))
			if err != nil {
				t.Fatal(err)
			}
			c, err := r.Read(t.Context(), picture, "")
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, f := range c.Fields {
				got[f.Name] = f.Text
			}
			known := !slices.ContainsFunc([]rune(truth.Fields[card.Name]), func(c rune) bool { return !r.Knows(c) })
			if name := c.Field(card.Name); !known {
				if name != nil && !slices.Contains(name.Flags, card.Uncertain) {
					t.Error("a name with a character outside the dictionary is not marked uncertain")
				}
				got[card.Name] = truth.Fields[card.Name]
			}
			if diff := cmp.Diff(truth.Fields, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if string(c.Side) != truth.Side {
				t.Errorf("side is %s, want %s", c.Side, truth.Side)
			}
			if off := turn(c.Rotation, truth.Rotation); off > 3 {
				t.Errorf("rotation is %.1f, want %.1f", c.Rotation, truth.Rotation)
			}
			if len(truth.Portrait) == 0 {
				return
			}
			var want raster.Quad
			for i, p := range truth.Portrait {
				want[i] = raster.Point{X: p[0], Y: p[1]}
			}
			if c.Portrait == nil || c.Portrait.Center().Dist(want.Center()) > 0.2*want.Width() {
				t.Errorf("portrait is %v, want about %v", c.Portrait, want)
			}
		})
	}
}

func together(t *testing.T, r *Reader) {
	picture, err := os.ReadFile(filepath.Join("..", "..", "testdata", "front-width480.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Read(t.Context(), picture, "")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				if got, err := r.Read(t.Context(), picture, ""); err != nil || !cmp.Equal(want, got) {
					t.Errorf("another reading, error %v: %s", err, cmp.Diff(want, got))
				}
			}
		})
	}
	wg.Wait()
}

// turn returns the angle between two directions in degrees.
func turn(a, b float64) float64 {
	d := a - b
	for d > 180 {
		d -= 360
	}
	for d < -180 {
		d += 360
	}
	return max(d, -d)
}

func others(t *testing.T, r *Reader) {
	fonts, err := specimen.LoadFonts("/usr/share")
	if errors.Is(err, specimen.ErrFonts) {
		testenv.Missing(t, "%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	all, err := specimen.NewGenerator(1, fonts).Others()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		t.Run(o.Name, func(t *testing.T) {
			if c, err := r.Read(t.Context(), o.JPEG, ""); !errors.Is(err, card.ErrNotCard) {
				t.Errorf("got a card: %v, error %v; want ErrNotCard", c != nil, err)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	manifest := `{"name": "x", "library": "so", "detector": "d", "direction": "d", "recognizer": "d"}`
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a folder that is not there", nil, "cmd/fetch"},
		{"a manifest that is no JSON", map[string]string{modelset.File: "{"}, modelset.File},
		{"a manifest that names a file that is not there", map[string]string{modelset.File: manifest, "so": ""}, "cmd/fetch"},
		{"a manifest that points outside", map[string]string{modelset.File: strings.ReplaceAll(manifest, `"d"`, `"../d"`), "so": ""}, "outside"},
		{"a manifest that names no recogniser", map[string]string{modelset.File: strings.ReplaceAll(manifest, `"recognizer": "d"`, `"recognizer": ""`), "so": "", "d": ""}, "recognizer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range test.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Open(dir, Options{})
			if !errors.Is(err, modelset.ErrMissing) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want modelset.ErrMissing that mentions %q", err, test.want)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	r := open(b)
	picture, err := os.ReadFile(filepath.Join("..", "..", "testdata", "front-clean.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := r.Read(b.Context(), picture, ""); err != nil {
			b.Fatal(err)
		}
	}
}
