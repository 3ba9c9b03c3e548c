package console_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ocrmux/ocrmux/host/internal/console"
)

// sideways6 is the specimen as a camera stores it that was held upright: turned by a quarter, and an EXIF tag that says so.
func sideways6(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(specimen)
	if err != nil {
		t.Fatal(err)
	}
	upright, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	size := upright.Bounds().Size()
	stored := image.NewRGBA(image.Rect(0, 0, size.Y, size.X))
	for y := range size.Y {
		for x := range size.X {
			stored.Set(y, size.X-1-x, upright.At(x, y))
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, stored, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return console.WithOrientation(out.Bytes(), 6)
}

// look is an element as it is drawn.
func (b *tab) look(css string) image.Image {
	b.t.Helper()
	shot, err := chromedp.Run(b, chromedp.Screenshot(chromedp.CSS(css)))
	if err != nil {
		b.t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// seen is what a picture shows at a hundredth of its width and height.
func seen(m image.Image, x, y int) [3]int {
	box := m.Bounds()
	r, g, b, _ := m.At(box.Min.X+x*box.Dx()/grid, box.Min.Y+y*box.Dy()/grid).RGBA()
	return [3]int{int(r >> 8), int(g >> 8), int(b >> 8)}
}

const grid = 100

// unlike is by how much two pictures differ, if the other one is turned as given.
func unlike(a, b image.Image, turn func(x, y int) (int, int)) (sum int) {
	for y := range grid {
		for x := range grid {
			one := seen(a, x, y)
			turnedX, turnedY := turn(x, y)
			other := seen(b, turnedX, turnedY)
			for i := range one {
				sum += max(one[i]-other[i], other[i]-one[i])
			}
		}
	}
	return sum
}

// turns are the ways in which a picture can be shown wrongly; the first one is right.
var turns = []func(x, y int) (int, int){
	func(x, y int) (int, int) { return x, y },
	func(x, y int) (int, int) { return grid - 1 - x, y },
	func(x, y int) (int, int) { return x, grid - 1 - y },
	func(x, y int) (int, int) { return grid - 1 - x, grid - 1 - y },
	func(x, y int) (int, int) { return y, x },
	func(x, y int) (int, int) { return grid - 1 - y, x },
	func(x, y int) (int, int) { return y, grid - 1 - x },
	func(x, y int) (int, int) { return grid - 1 - y, grid - 1 - x },
}

// TestAPictureThatACameraTurnedIsShownUprightWithItsBoxes compares what is drawn with the same card stored upright, with our script and
// without: it must look more like that than like that turned or mirrored.
func TestAPictureThatACameraTurnedIsShownUprightWithItsBoxes(t *testing.T) {
	needsModels(t)
	g := open(t, nil)
	b := browse(t, desktop, g.url)
	parts := []string{"#figure", ".portrait svg"}
	b.read(specimen, "here")
	var want []image.Image
	for _, part := range parts {
		want = append(want, b.look(part))
	}
	same := func(how string) {
		t.Helper()
		for i, part := range parts {
			got := b.look(part)
			right := unlike(want[i], got, turns[0])
			for n := 1 + i; n < len(turns); n++ { // the portrait of the specimen is the same from left and right
				if wrong := unlike(want[i], got, turns[n]); right > wrong {
					t.Errorf("%s: %s differs by %d from the same card stored upright, and by %d if it is turned as number %d", how, part, right, wrong, n)
				}
			}
		}
	}
	turned := write(t, "turned.jpg", sideways6(t))
	b.do(chromedp.Reload(), visible("#zone"))
	b.read(turned, "here")
	same("with the script")
	path, err := filepath.Abs(turned)
	if err != nil {
		t.Fatal(err)
	}
	b.do(withoutScripts(true), chromedp.Navigate(g.url), visible("#image"), chromedp.SetUploadFiles(chromedp.CSS("#image"), []string{path}),
		chromedp.SetValue(chromedp.CSS("#route"), "here"), click("#go"), visible("#outcome"))
	same("without the script")
}
