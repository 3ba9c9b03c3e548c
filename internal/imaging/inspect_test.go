package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestInspectTellsWhatThePictureIs(t *testing.T) {
	img := photograph(48, 32)
	deep := image.NewNRGBA64(image.Rect(0, 0, 48, 32))
	tests := map[string]struct {
		data []byte
		want Info
	}{
		"a jpeg":                       {asJPEG(t, img), Info{Format: JPG, Width: 48, Height: 32, Orientation: Upright}},
		"a jpeg followed by a video":   {append(asJPEG(t, img), "\x00\x00\x00\x18ftypmp42"...), Info{Format: JPG, Width: 48, Height: 32, Orientation: Upright}},
		"a cmyk jpeg":                  {cmykJPEG(color.CMYK{}), Info{Format: JPG, Width: 8, Height: 8, Orientation: Upright, CMYK: true}},
		"a jpeg with exif":             {turnedJPEG(asJPEG(t, img), binary.LittleEndian, 6), Info{Format: JPG, Width: 48, Height: 32, Orientation: Turn90}},
		"a jpeg of absurd turn":        {turnedJPEG(asJPEG(t, img), binary.BigEndian, 9), Info{Format: JPG, Width: 48, Height: 32, Orientation: Upright}},
		"a png":                        {asPNG(t, img), Info{Format: PNG, Width: 48, Height: 32, Orientation: Upright}},
		"a png of 16 bits":             {asPNG(t, deep), Info{Format: PNG, Width: 48, Height: 32, Orientation: Upright}},
		"a png with exif":              {inserted(asPNG(t, img), firstPNGChunkEnd, pngChunk("eXIf", exifBlock(binary.BigEndian, 8))), Info{Format: PNG, Width: 48, Height: 32, Orientation: Turn270}},
		"an animation of one frame":    {inserted(asPNG(t, img), firstPNGChunkEnd, pngChunk("acTL", []byte{0, 0, 0, 1, 0, 0, 0, 0})), Info{Format: PNG, Width: 48, Height: 32, Orientation: Upright}},
		"a bmp":                        {asBMP(t, img), Info{Format: BMP, Width: 48, Height: 32, Orientation: Upright}},
		"a bmp with the top row first": {patched(asBMP(t, img), 22, 0xE0, 0xFF, 0xFF, 0xFF), Info{Format: BMP, Width: 48, Height: 32, Orientation: Upright}},
		"a lossy webp":                 {testdata(t, "lossy.webp"), Info{Format: WebP, Width: 48, Height: 32, Orientation: Upright}},
		"a lossless webp":              {testdata(t, "lossless.webp"), Info{Format: WebP, Width: 48, Height: 32, Orientation: Upright}},
		"a transparent webp":           {testdata(t, "alpha.webp"), Info{Format: WebP, Width: 48, Height: 32, Orientation: Upright}},
		"a webp with exif":             {turnedWebP(t, 3), Info{Format: WebP, Width: 48, Height: 32, Orientation: Turn180}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Inspect(test.data, Caps{})
			if err != nil {
				t.Fatal(err)
			}
			test.want.Size = int64(len(test.data))
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(Info{}, "DecodedBytes")); diff != "" {
				t.Errorf("info (-want +got):\n%s", diff)
			}
			if pixels := int64(got.Width * got.Height); got.DecodedBytes < pixels {
				t.Errorf("decoding %d pixels is said to take %d bytes", pixels, got.DecodedBytes)
			}
		})
	}
}

func turnedWebP(t testing.TB, orientation uint16) []byte {
	data := testdata(t, "alpha.webp")
	exif := append([]byte(exifPrefix), exifBlock(binary.LittleEndian, orientation)...)
	chunk := append(binary.LittleEndian.AppendUint32([]byte("EXIF"), uint32(len(exif))), exif...)
	data = append(data, chunk...)
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
	return data
}

func TestInspectRefuses(t *testing.T) {
	img := photograph(48, 32)
	jpg, png, bmp := asJPEG(t, img), asPNG(t, img), asBMP(t, img)
	frame := bytes.Index(jpg, []byte{0xFF, markerSOF0})
	var anim bytes.Buffer
	still := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&anim, &gif.GIF{Image: []*image.Paletted{still, still}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		data []byte
		want Error
	}{
		"nothing":                         {nil, Error{Kind: KindEmpty}},
		"a pdf":                           {[]byte("%PDF-1.7\n"), Error{Kind: KindNotAnImage, LooksLike: "pdf"}},
		"an html page":                    {[]byte("\xef\xbb\xbf\n <!DOCTYPE html><html>"), Error{Kind: KindNotAnImage, LooksLike: "html"}},
		"a json answer":                   {[]byte(`{"code":404}`), Error{Kind: KindNotAnImage, LooksLike: "json"}},
		"base64 that nobody decoded":      {[]byte("/9j/4AAQSkZJRg"), Error{Kind: KindNotAnImage, LooksLike: "base64 text; decode it first"}},
		"a data url":                      {[]byte("data:image/png;base64,iVBOR"), Error{Kind: KindNotAnImage, LooksLike: "a data url; decode its base64 first"}},
		"text that starts like a bmp":     {[]byte("BMW is a maker of cars"), Error{Kind: KindNotAnImage}},
		"random bytes":                    {[]byte{1, 2, 3, 4, 5, 6, 7, 8}, Error{Kind: KindNotAnImage}},
		"a sound":                         {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), Error{Kind: KindNotAnImage, LooksLike: "audio or video (riff)"}},
		"an animated gif":                 {anim.Bytes(), Error{Kind: KindUnsupported, LooksLike: "gif"}},
		"a tiff":                          {[]byte("II*\x00\x08\x00\x00\x00"), Error{Kind: KindUnsupported, LooksLike: "tiff"}},
		"a heic":                          {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), Error{Kind: KindUnsupported, LooksLike: "heic"}},
		"an svg":                          {[]byte(`<?xml version="1.0"?><svg/>`), Error{Kind: KindUnsupported, LooksLike: "svg"}},
		"an arithmetic-coded jpeg":        {patched(jpg, frame+1, 0xC9), Error{Kind: KindUnsupported, Format: JPG, LooksLike: "a lossless, hierarchical or arithmetic-coded jpeg"}},
		"a 12-bit jpeg":                   {patched(jpg, frame+4, 12), Error{Kind: KindUnsupported, Format: JPG, LooksLike: "a jpeg of other than 8 bits a sample"}},
		"a jpeg of endless scans":         {append(bytes.Clone(jpg[:len(jpg)-2]), bytes.Repeat([]byte("\xFF\xDA\x00\x0C\x03\x01\x00\x02\x00\x03\x00\x00\x3F\x00"), maxJPEGScans)...), Error{Kind: KindUnsupported, Format: JPG, LooksLike: "a jpeg of more than 100 scans"}},
		"an os/2 bitmap":                  {patched(bmp, 14, 12), Error{Kind: KindUnsupported, Format: BMP, LooksLike: "an os/2 bitmap"}},
		"an animated png":                 {inserted(png, firstPNGChunkEnd, pngChunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})), Error{Kind: KindAnimated, Format: PNG}},
		"an animated webp":                {testdata(t, "animated.webp"), Error{Kind: KindAnimated, Format: WebP}},
		"a jpeg without end mark":         {jpg[:len(jpg)-2], Error{Kind: KindTruncated, Format: JPG}},
		"a png without end chunk":         {png[:len(png)-12], Error{Kind: KindTruncated, Format: PNG}},
		"a bmp that lost a row":           {bmp[:len(bmp)-1], Error{Kind: KindTruncated, Format: BMP}},
		"half a webp":                     {testdata(t, "lossy.webp")[:111], Error{Kind: KindTruncated, Format: WebP}},
		"a png changed by text transfer":  {bytes.Replace(png, []byte("\r\n"), []byte("\n"), 1), Error{Kind: KindCorrupt, Format: PNG}},
		"a png of no width":               {patched(png, 16, 0, 0, 0, 0), Error{Kind: KindCorrupt, Format: PNG}},
		"a jpeg of nothing but its marks": {[]byte{0xFF, 0xD8, 0xFF, 0xD9}, Error{Kind: KindCorrupt, Format: JPG}},
		"a webp whose canvas differs":     {patched(testdata(t, "alpha.webp"), 24, 99), Error{Kind: KindCorrupt, Format: WebP}},

		"a png that claims 100 megapixels":  {patched(png, 16, 0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10), Error{Kind: KindTooManyPixels, Format: PNG, Cap: "max_pixels", Value: 100_000_000, Max: DefaultMaxPixels}},
		"a png of the largest size":         {patched(png, 16, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF), Error{Kind: KindTooManyPixels, Format: PNG, Cap: "max_pixels", Value: (1<<31 - 1) * (1<<31 - 1), Max: DefaultMaxPixels}},
		"a bare png header that claims all": {patched(png, 16, 0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10)[:30], Error{Kind: KindTooManyPixels, Format: PNG, Cap: "max_pixels", Value: 100_000_000, Max: DefaultMaxPixels}},
		"a jpeg that claims 100 megapixels": {patched(jpg, frame+5, 0x27, 0x10, 0x27, 0x10), Error{Kind: KindTooManyPixels, Format: JPG, Cap: "max_pixels", Value: 100_000_000, Max: DefaultMaxPixels}},
		"a bmp that claims 100 megapixels":  {patched(bmp, 18, 0x10, 0x27, 0, 0, 0x10, 0x27, 0, 0), Error{Kind: KindTooManyPixels, Format: BMP, Cap: "max_pixels", Value: 100_000_000, Max: DefaultMaxPixels}},
		"a bmp of the least height":         {patched(bmp, 22, 0, 0, 0, 0x80), Error{Kind: KindCorrupt, Format: BMP}},
		"a webp that claims a huge frame":   {patched(testdata(t, "lossless.webp"), 21, 0xFF, 0xFF, 0xFF, 0x0F), Error{Kind: KindTooManyPixels, Format: WebP, Cap: "max_pixels", Value: 16384 * 16384, Max: DefaultMaxPixels}},
		"a webp that claims a huge canvas":  {patched(testdata(t, "alpha.webp"), 24, 0x0F, 0x27, 0, 0x0F, 0x27, 0), Error{Kind: KindTooManyPixels, Format: WebP, Cap: "max_pixels", Value: 100_000_000, Max: DefaultMaxPixels}},
		"a jpeg as long as a street":        {patched(jpg, frame+5, 0, 1, 0xFF, 0xFF), Error{Kind: KindTooManyPixels, Format: JPG, Cap: "max_side", Value: 65535, Max: DefaultMaxSide}},
		"a png that decodes to a gigabyte":  {patched(png, 16, 0, 0, 0x1F, 0x40, 0, 0, 0x1F, 0x40, 16, 6, 0, 0, 1), Error{Kind: KindTooManyPixels, Format: PNG, Cap: "max_decoded_bytes", Value: 1_024_000_000, Max: DefaultMaxDecodedBytes}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			info, err := Inspect(test.data, Caps{})
			var got *Error
			if !errors.As(err, &got) {
				t.Fatalf("got info %+v, error %v", info, err)
			}
			if diff := cmp.Diff(test.want, *got, cmpopts.IgnoreFields(Error{}, "Detail")); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(Info{}, info); diff != "" {
				t.Errorf("a refused picture has an info: %s", diff)
			}
			if text := err.Error(); !strings.HasPrefix(text, "imaging: ") {
				t.Errorf("error text %q", text)
			}
			if allocations := testing.AllocsPerRun(10, func() { _, _ = Inspect(test.data, Caps{}) }); allocations > 8 {
				t.Errorf("refusing it takes %v allocations", allocations)
			}
		})
	}
}

func TestInspectHoldsFilesToTheirCap(t *testing.T) {
	data := asPNG(t, photograph(8, 8))
	_, err := Inspect(data, Caps{MaxBytes: int64(len(data)) - 1})
	want := &Error{Kind: KindTooLarge, Cap: "max_bytes", Value: int64(len(data)), Max: int64(len(data)) - 1}
	var got *Error
	if !errors.As(err, &got) || !cmp.Equal(want, got) {
		t.Errorf("got %v, want %v", err, want)
	}
	if _, err := Inspect(data, Caps{MaxBytes: int64(len(data)), MaxPixels: 64, MaxSide: 8}); err != nil {
		t.Errorf("at the caps exactly: %v", err)
	}
}

func TestEveryBeginningOfAPictureIsCalledTruncated(t *testing.T) {
	img := photograph(20, 10)
	for name, data := range map[string][]byte{
		"jpeg": turnedJPEG(asJPEG(t, img), binary.BigEndian, 6), "cmyk jpeg": cmykJPEG(color.CMYK{C: 1}), "progressive jpeg": testdata(t, "progressive.jpg"),
		"png": asPNG(t, img), "bmp": asBMP(t, img),
		"lossy webp": testdata(t, "lossy.webp"), "lossless webp": testdata(t, "lossless.webp"), "alpha webp": testdata(t, "alpha.webp"),
	} {
		t.Run(name, func(t *testing.T) {
			for n := 4; n < len(data); n++ {
				_, err := Inspect(data[:n], Caps{})
				var got *Error
				if !errors.As(err, &got) || got.Kind != KindTruncated {
					t.Fatalf("the first %d of %d bytes: %v", n, len(data), err)
				}
			}
		})
	}
}

func TestProgressiveJPEGsAreKnownToNeedMoreMemory(t *testing.T) {
	progressive, baseline := mustInspect(t, testdata(t, "progressive.jpg")), mustInspect(t, asJPEG(t, photograph(48, 32)))
	if progressive.DecodedBytes != 5*baseline.DecodedBytes || baseline.DecodedBytes != 48*32*3/2 {
		t.Errorf("progressive %d, baseline %d bytes", progressive.DecodedBytes, baseline.DecodedBytes)
	}
}

func TestMediaTypesAreTheRegisteredOnes(t *testing.T) {
	for format, want := range map[Format]string{JPG: "image/jpeg", PNG: "image/png", BMP: "image/bmp", WebP: "image/webp"} {
		if got := MediaType(format); got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
}

func TestBrokenEXIFMeansUpright(t *testing.T) {
	good := exifBlock(binary.LittleEndian, 6)
	for name, block := range map[string][]byte{
		"none":                        nil,
		"no byte order":               patched(good, 0, 'X'),
		"directory beyond the end":    patched(good, 4, 0xFF, 0xFF, 0xFF, 0xFF),
		"directory cut off":           good[:20],
		"an orientation of text type": patched(good, 24, 2),
	} {
		if got := exifOrientation(block); got != Upright {
			t.Errorf("%s: got %d", name, got)
		}
	}
	if got := exifOrientation(patched(good, 24, exifTypeLong)); got != Turn90 {
		t.Errorf("an orientation of four bytes: got %d", got)
	}
}

func FuzzInspect(f *testing.F) {
	img := photograph(9, 5)
	for _, seed := range [][]byte{
		asJPEG(f, img), turnedJPEG(asJPEG(f, img), binary.LittleEndian, 5), cmykJPEG(color.CMYK{M: 200}), asPNG(f, img), asBMP(f, img),
		maskedBMP(), testdata(f, "progressive.jpg"),
		testdata(f, "lossy.webp"), testdata(f, "lossless.webp"), testdata(f, "alpha.webp"), testdata(f, "animated.webp"), []byte("<html>"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := Inspect(data, Caps{})
		if err != nil {
			if e := (*Error)(nil); !errors.As(err, &e) || e.Kind == "" || e.Error() == "" {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if info.Format < JPG || info.Format > WebP || info.Width < 1 || info.Height < 1 || info.Orientation < Upright || info.Orientation > Turn270 {
			t.Fatalf("impossible info %+v", info)
		}
	})
}

func BenchmarkInspect(b *testing.B) {
	for name, data := range map[string][]byte{"12 megapixel jpeg": asJPEG(b, photograph(4000, 3000)), "lossy webp": testdata(b, "lossy.webp")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := Inspect(data, Caps{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
