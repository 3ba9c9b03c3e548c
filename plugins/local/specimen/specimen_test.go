package specimen

import (
	"bytes"
	"errors"
	"image/jpeg"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/testenv"
)

func generator(t *testing.T, seed uint64) *Generator {
	t.Helper()
	fonts, err := LoadFonts("/usr/share")
	if errors.Is(err, ErrFonts) {
		testenv.Missing(t, "%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return NewGenerator(seed, fonts)
}

func TestLoadFontsNamesMissingPackages(t *testing.T) {
	t.Parallel()
	_, err := LoadFonts(t.TempDir())
	if !errors.Is(err, ErrFonts) || !bytes.Contains([]byte(err.Error()), []byte("apt-get install fonts-noto-cjk ")) {
		t.Errorf("error is %v", err)
	}
}

func TestGeneratorIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b, c := generator(t, 1), generator(t, 1), generator(t, 2)
	draw := func(g *Generator) (*Card, []byte) {
		card, err := g.Front(3, RareNames)
		if err != nil {
			t.Fatal(err)
		}
		for _, condition := range Conditions() {
			if condition.Name == "perspective-turned" {
				photo, err := g.Shoot(condition, card, 3)
				if err != nil {
					t.Fatal(err)
				}
				return card, photo.JPEG
			}
		}
		t.Fatal("no such condition")
		return nil, nil
	}
	cardA, photoA := draw(a)
	cardB, photoB := draw(b)
	cardC, photoC := draw(c)
	if diff := cmp.Diff(cardA.Fields, cardB.Fields); diff != "" || !bytes.Equal(photoA, photoB) {
		t.Errorf("the same seed gives another card: %s", diff)
	}
	if cmp.Equal(cardA.Fields, cardC.Fields) || bytes.Equal(photoA, photoC) {
		t.Error("another seed gives the same card")
	}
}

func TestShootLocatesTheCard(t *testing.T) {
	t.Parallel()
	g := generator(t, 1)
	card, err := g.Front(0, CommonNames)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"clean": 0, "turn90": 90, "turn180": 180, "turn270": 270, "width480": 0}
	for _, c := range Conditions() {
		degrees, ok := want[c.Name]
		if !ok {
			continue
		}
		photo, err := g.Shoot(c, card, 0)
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(photo.Rotation-degrees) > 0.5 {
			t.Errorf("%s: turned by %g°, want %g°", c.Name, photo.Rotation, degrees)
		}
		for _, p := range photo.Portrait {
			if p.X < 0 || p.Y < 0 || p.X > float64(m.Bounds().Dx()) || p.Y > float64(m.Bounds().Dy()) {
				t.Errorf("%s: the portrait's corner %v is outside the picture", c.Name, p)
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	g := NewGenerator(7, nil)
	for i := range 200 {
		for names, pool := range map[Names]string{RareNames: rareGiven, UnknownNames: unknownGiven} {
			f := drawFront(g.rand(i, 1), names)
			if !slices.ContainsFunc([]rune(f.name), func(r rune) bool { return slices.Contains([]rune(pool), r) }) {
				t.Fatalf("card %d: no character of its pool in the name", i)
			}
		}
	}
}

func TestWithChecksum(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"11010519491231002X", "440524188001010014"} {
		if got := withChecksum(want[:17]); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
