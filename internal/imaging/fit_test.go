package imaging

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/message"
)

func TestFitLeavesAPictureWithinTheLimitsAsItCame(t *testing.T) {
	data := turnedJPEG(asJPEG(t, photograph(40, 30)), binary.BigEndian, 6)
	info := mustInspect(t, data)
	for name, limits := range map[string]Limits{
		"none":      {},
		"exact":     {Formats: []Format{JPG}, MinSide: 30, MaxSide: 40, MaxBytes: info.Size},
		"only soft": {Soft: true, MaxBytes: info.Size},
	} {
		fitted, err := Fit(t.Context(), data, info, limits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if &fitted.Data[0] != &data[0] || len(fitted.Data) != len(data) || fitted.Info != info || !fitted.Transform.Identity() {
			t.Errorf("%s: the picture did not come back as it came", name)
		}
	}
}

func TestFitMakesEveryFormatMeetTheLimits(t *testing.T) {
	img := photograph(300, 200)
	gray := image.NewGray(img.Rect)
	draw.Draw(gray, gray.Rect, img, image.Point{}, draw.Src)
	deep := image.NewNRGBA64(img.Rect)
	draw.Draw(deep, deep.Rect, img, image.Point{}, draw.Src)
	paletted := image.NewPaletted(img.Rect, color.Palette{color.Black, color.White, color.Gray{128}, color.Transparent})
	draw.Draw(paletted, paletted.Rect, img, image.Point{}, draw.Src)
	pictures := map[string][]byte{
		"jpeg": asJPEG(t, img), "turned jpeg": turnedJPEG(asJPEG(t, img), binary.LittleEndian, 7), "gray jpeg": asJPEG(t, gray),
		"cmyk jpeg": cmykJPEG(color.CMYK{C: 255}),
		"png":       asPNG(t, img), "gray png": asPNG(t, gray), "16-bit png": asPNG(t, deep), "paletted png": asPNG(t, paletted),
		"bmp": asBMP(t, img), "paletted bmp": asBMP(t, paletted), "gapped bmp": gappedBMP(t, img),
		"lossy webp": testdata(t, "lossy.webp"), "lossless webp": testdata(t, "lossless.webp"), "alpha webp": testdata(t, "alpha.webp"),
	}
	limits := map[string]Limits{
		"only jpg":                  {Formats: []Format{JPG}, MaxSide: 2000},
		"only png":                  {Formats: []Format{PNG}, MinSide: 8},
		"short sides":               {MaxSide: 7},
		"odd sides":                 {Formats: []Format{JPG, PNG, BMP}, MaxSide: 47, MinSide: 5},
		"few bytes":                 {MaxBytes: 2000},
		"few bytes of png":          {Formats: []Format{PNG}, MaxBytes: 2000},
		"few encoded bytes":         {Formats: []Format{PNG, JPG}, MaxEncodedBytes: 3000, Encoding: EncodingBase64},
		"few percent-encoded bytes": {MaxEncodedBytes: 3000, Encoding: EncodingBase64Percent},
		"everything at once":        {Formats: []Format{JPG}, MinSide: 5, MaxSide: 100, MaxBytes: 1800, MaxEncodedBytes: 2400, Encoding: EncodingBase64Percent},
		"advice":                    {Soft: true, MaxBytes: 1500},
	}
	for pictureName, data := range pictures {
		for limitsName, limits := range limits {
			t.Run(pictureName+" under "+limitsName, func(t *testing.T) {
				info := mustInspect(t, data)
				fitted, err := Fit(t.Context(), data, info, limits)
				if err != nil {
					t.Fatal(err)
				}
				if breach := limits.breach(fitted.Info, fitted.Data); breach != nil {
					t.Error(breach)
				}
				if diff := cmp.Diff(mustInspect(t, fitted.Data), fitted.Info); diff != "" {
					t.Errorf("info (-inspected +fitted):\n%s", diff)
				}
				mustDecode(t, fitted.Data)
				if x, y := fitted.Transform.Back(float64(fitted.Info.Width)/2, float64(fitted.Info.Height)/2); math.Abs(x-float64(info.Width)/2) > 1e-9 || math.Abs(y-float64(info.Height)/2) > 1e-9 {
					t.Errorf("the centre maps to (%v, %v) of %d x %d", x, y, info.Width, info.Height)
				}
			})
		}
	}
}

// gappedBMP leaves a gap before the picture data, as some programs do to align them.
func gappedBMP(t testing.TB, img image.Image) []byte {
	data := asBMP(t, img)
	start := binary.LittleEndian.Uint32(data[10:])
	data = inserted(data, int(start), make([]byte, 10))
	binary.LittleEndian.PutUint32(data[10:], start+10)
	return data
}

func TestFitTurnsThePictureUprightAndMapsPointsBack(t *testing.T) {
	red, blue := color.RGBA{230, 20, 20, 255}, color.RGBA{20, 20, 230, 255}
	stored := image.NewRGBA(image.Rect(0, 0, 240, 160))
	draw.Draw(stored, stored.Rect, image.NewUniform(color.RGBA{220, 220, 220, 255}), image.Point{}, draw.Src)
	draw.Draw(stored, image.Rect(0, 0, 32, 24), image.NewUniform(red), image.Point{}, draw.Src)     // at (0, 0)
	draw.Draw(stored, image.Rect(208, 0, 240, 24), image.NewUniform(blue), image.Point{}, draw.Src) // at the first row's end
	for orientation, corner := range corners {
		for _, maxSide := range []int{240, 120, 95} { // as large as it is, by half, by an odd factor
			t.Run(fmt.Sprintf("orientation %d, longest side %d", orientation, maxSide), func(t *testing.T) {
				data := turnedJPEG(asJPEG(t, stored), binary.BigEndian, uint16(orientation))
				info := mustInspect(t, data)
				limits := Limits{Formats: []Format{PNG}, MaxSide: maxSide}
				fitted, err := Fit(t.Context(), data, info, limits)
				if err != nil {
					t.Fatal(err)
				}
				if fitted.Info.Orientation != Upright {
					t.Errorf("the fitted picture says orientation %d", fitted.Info.Orientation)
				}
				img := mustDecode(t, fitted.Data)
				w, h := float64(fitted.Info.Width), float64(fitted.Info.Height)
				for _, marker := range []struct {
					name   string
					colour color.RGBA
					corner func(w, h float64) (x, y float64)
					x, y   float64
				}{
					{"red", red, corner.first, 16, 12},
					{"blue", blue, corner.lastColumn, 224, 12},
				} {
					x, y := centre(t, img, marker.colour)
					if cx, cy := marker.corner(w, h); math.Abs(x-cx) > w/4 || math.Abs(y-cy) > h/4 {
						t.Errorf("%s is at (%v, %v), not in the corner (%v, %v)", marker.name, x, y, cx, cy)
					}
					if x, y := fitted.Transform.Back(x, y); math.Abs(x-marker.x) > 1.5 || math.Abs(y-marker.y) > 1.5 {
						t.Errorf("%s maps back to (%v, %v), want (%v, %v)", marker.name, x, y, marker.x, marker.y)
					}
				}
			})
		}
	}
}

func TestFitKeepsColours(t *testing.T) {
	red := color.RGBA{230, 20, 20, 255}
	for name, test := range map[string]struct {
		data []byte
		at   image.Point
		want color.RGBA
	}{
		"cyan ink":                {cmykJPEG(color.CMYK{C: 255}), image.Pt(4, 4), color.RGBA{0, 255, 255, 255}},
		"red ink, half black":     {cmykJPEG(color.CMYK{M: 255, Y: 255, K: 128}), image.Pt(4, 4), color.RGBA{127, 0, 0, 255}},
		"lossless webp":           {testdata(t, "lossless.webp"), image.Pt(3, 3), red},
		"lossy webp":              {testdata(t, "lossy.webp"), image.Pt(3, 3), red},
		"progressive jpeg":        {testdata(t, "progressive.jpg"), image.Pt(3, 3), red},
		"bmp with its masks":      {maskedBMP(), image.Pt(0, 0), red},
		"transparent means white": {testdata(t, "alpha.webp"), image.Pt(44, 16), color.RGBA{255, 255, 255, 255}},
	} {
		t.Run(name, func(t *testing.T) {
			fitted, err := Fit(t.Context(), test.data, mustInspect(t, test.data), Limits{Formats: []Format{PNG}})
			if err != nil {
				t.Fatal(err)
			}
			if got := mustDecode(t, fitted.Data).At(test.at.X, test.at.Y); !near(got, test.want, 24) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestFitLowersQualityBeforeItShrinks(t *testing.T) {
	data := asJPEG(t, photograph(640, 480))
	fitted, err := Fit(t.Context(), data, mustInspect(t, data), Limits{MaxBytes: int64(len(data)) / 2})
	if err != nil {
		t.Fatal(err)
	}
	if fitted.Info.Width != 640 || fitted.Info.Height != 480 {
		t.Errorf("half the bytes took %d x %d px", fitted.Info.Width, fitted.Info.Height)
	}
	if !fitted.Transform.Identity() {
		t.Error("rewriting alone moved the points")
	}
}

func TestFitSaysWhatCannotBeMended(t *testing.T) {
	data := asJPEG(t, photograph(300, 20))
	for name, test := range map[string]struct {
		limits Limits
		want   LimitError
		code   message.Code
	}{
		"a side that would have to grow": {Limits{MinSide: 21}, LimitError{Limit: LimitMinSide, Value: 20, Allowed: 21}, message.FitEnlarge},
		"a strip that gets too thin":     {Limits{MinSide: 15, MaxSide: 150}, LimitError{Limit: LimitMinSide, Value: 10, Allowed: 15}, message.FitThin},
		"formats that are not written":   {Limits{Formats: []Format{WebP}}, LimitError{Limit: LimitFormats, Format: JPG, Formats: []Format{WebP}}, message.FitFormats},
	} {
		t.Run(name, func(t *testing.T) {
			info := mustInspect(t, data)
			_, err := Fit(t.Context(), data, info, test.limits)
			var got *LimitError
			if !errors.As(err, &got) || !cmp.Equal(test.want, *got) || message.Error(err).Code() != test.code {
				t.Errorf("got %v, want %s %+v", err, test.code, test.want)
			}
			test.limits.Soft = true
			fitted, err := Fit(t.Context(), data, info, test.limits)
			if err != nil || &fitted.Data[0] != &data[0] || !fitted.Transform.Identity() {
				t.Errorf("as advice: %v", err)
			}
		})
	}
	for _, encoding := range []Encoding{EncodingRaw, EncodingBase64, EncodingBase64Percent} {
		_, err := Fit(t.Context(), data, mustInspect(t, data), Limits{MaxEncodedBytes: 100, Encoding: encoding})
		var got *LimitError
		if !errors.As(err, &got) || got.Limit != LimitMaxEncodedBytes || got.Encoding != encoding || got.Value <= got.Allowed || message.Error(err).Code() != message.FitRewritten {
			t.Errorf("no picture fits in 100 bytes of %s: %v", encoding, err)
		}
	}
}

func TestFitRefusesWhatDoesNotDecode(t *testing.T) {
	img := photograph(64, 64)
	jpg, png, bmp := asJPEG(t, img), asPNG(t, img), asBMP(t, img)
	for name, test := range map[string]struct {
		data []byte
		want Kind
	}{
		"a png whose checksums are wrong": {patched(png, 60, 1, 2, 3, 4), KindCorrupt},
		"a jpeg with half its data":       {append(jpg[:len(jpg)/2:len(jpg)/2], 0xFF, 0xD9), KindCorrupt},
		"a bmp of an unread compression":  {patched(bmp, 30, 1), KindUnsupported},
		"a four-component jpeg of no maker": {
			append([]byte{0xFF, 0xD8}, cmykJPEG(color.CMYK{})[2+16:]...), KindUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Fit(t.Context(), test.data, mustInspect(t, test.data), Limits{MaxSide: 7})
			var got *Error
			if !errors.As(err, &got) || got.Kind != test.want {
				t.Errorf("got %v, want kind %s", err, test.want)
			}
		})
	}
}

func TestFitWantsTheInfoOfTheVeryPicture(t *testing.T) {
	small, large := asPNG(t, photograph(9, 9)), asPNG(t, photograph(90, 90))
	if _, err := Fit(t.Context(), large, mustInspect(t, small), Limits{Formats: []Format{JPG}}); err == nil {
		t.Error("a picture passed under another's info")
	}
}

func TestFitStopsWhenItsContextIsDone(t *testing.T) {
	why := errors.New("the caller left")
	img := photograph(200, 200)
	for _, data := range [][]byte{asJPEG(t, img), asPNG(t, img), asBMP(t, img), testdata(t, "lossy.webp")} {
		info := mustInspect(t, data)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if _, err := Fit(ctx, data, info, Limits{MaxSide: 20, Soft: true}); !errors.Is(err, why) {
			t.Errorf("%s: decoding: %v", info.Format, err)
		}
		if _, err := render(ctx, img, Upright, 20, 20); !errors.Is(err, why) {
			t.Errorf("resizing: %v", err)
		}
		for _, format := range []Format{JPG, PNG} {
			if _, err := encode(ctx, img, format, 90, Limits{}); !errors.Is(err, why) {
				t.Errorf("encoding %s: %v", format, err)
			}
		}
	}
}

func FuzzFit(f *testing.F) {
	img := photograph(40, 24)
	for _, seed := range [][]byte{
		asJPEG(f, img), turnedJPEG(asJPEG(f, img), binary.LittleEndian, 5), cmykJPEG(color.CMYK{M: 200}), asPNG(f, img), gappedBMP(f, img),
		maskedBMP(), testdata(f, "progressive.jpg"), testdata(f, "lossy.webp"), testdata(f, "lossless.webp"), testdata(f, "alpha.webp"),
	} {
		f.Add(seed, uint8(1), uint16(5), uint16(20), uint16(1000), uint8(2))
	}
	f.Fuzz(func(t *testing.T, data []byte, formats uint8, minSide, maxSide, maxEncoded uint16, encoding uint8) {
		info, err := Inspect(data, Caps{MaxBytes: 1 << 20, MaxPixels: 1 << 18, MaxDecodedBytes: 4 << 20})
		if err != nil {
			return
		}
		limits := Limits{
			Formats: [][]Format{nil, {JPG}, {PNG}, {BMP, PNG}}[formats%4], MinSide: int(minSide), MaxSide: int(maxSide),
			MaxEncodedBytes: int64(maxEncoded), Encoding: []Encoding{EncodingRaw, EncodingBase64, EncodingBase64Percent}[encoding%3],
		}
		fitted, err := Fit(t.Context(), data, info, limits)
		if err != nil {
			refused, broken := (*Error)(nil), (*LimitError)(nil)
			if !errors.As(err, &refused) && !errors.As(err, &broken) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if err := limits.Check(fitted.Info, fitted.Data); err != nil {
			t.Fatal(err)
		}
		for _, p := range [][2]int{{0, 0}, {fitted.Info.Width, fitted.Info.Height}} {
			x, y := fitted.Transform.Back(float64(p[0]), float64(p[1]))
			if (x != 0 && math.Abs(x-float64(info.Width)) > 1e-6) || (y != 0 && math.Abs(y-float64(info.Height)) > 1e-6) {
				t.Fatalf("corner %v maps to (%v, %v) of %d x %d", p, x, y, info.Width, info.Height)
			}
		}
	})
}

func BenchmarkFit12Megapixels(b *testing.B) {
	data := asJPEG(b, photograph(4000, 3000))
	info := mustInspect(b, data)
	for name, limits := range map[string]Limits{
		"already fits":             {Formats: []Format{JPG}},
		"shrink to 2000 px":        {MaxSide: 2000},
		"lower quality to 3 MiB":   {MaxBytes: 3 << 20},
		"shrink and 2 MiB as text": {MaxSide: 3000, MaxEncodedBytes: 2 << 20, Encoding: EncodingBase64Percent},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := Fit(b.Context(), data, info, limits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
