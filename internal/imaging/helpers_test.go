package imaging

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/bmp"
)

// photograph draws a smooth picture with a little noise, which compresses about as a photograph does.
func photograph(width, height int) *image.RGBA {
	noise := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(img.Pix); i += 4 {
		x, y := i/4%width, i/4/width
		n := noise.IntN(24)
		img.Pix[i] = byte(x*200/width + n)
		img.Pix[i+1] = byte(y*200/height + n)
		img.Pix[i+2] = byte((x/16+y/16)%2*60 + n)
		img.Pix[i+3] = 0xFF
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asBMP(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bmp.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// testdata reads one of the synthetic pictures of 48 × 32 px in testdata, written by cwebp, img2webp and cjpeg from a colour ramp
// with a red corner.
func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// maskedBMP is one red pixel of 32 bits whose masks are spelt out between header and picture data.
func maskedBMP() []byte {
	b := []byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x42\x00\x00\x00")
	for _, v := range []uint32{bmpInfoHeader, 1, 1, 32<<16 | 1, bmpBitfields, 4, 0, 0, 0, 0, 0xFF0000, 0xFF00, 0xFF, 0xE61414} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// patched returns a copy of data with b written at offset.
func patched(data []byte, offset int, b ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[offset:], b)
	return data
}

// inserted returns a copy of data with b inserted at offset.
func inserted(data []byte, offset int, b []byte) []byte {
	return append(append(bytes.Clone(data[:offset]), b...), data[offset:]...)
}

// exifBlock is a TIFF block whose first directory holds the orientation after an entry of no interest.
func exifBlock(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("MM")
	if order.String() == binary.LittleEndian.String() {
		b = []byte("II")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x0100, 7}, {exifOrientationTag, orientation}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, exifTypeShort)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = order.AppendUint16(b, 0)
	}
	return order.AppendUint32(b, 0)
}

// turnedJPEG adds an APP1 segment with the orientation right after the start of image.
func turnedJPEG(data []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	body := append([]byte(exifPrefix), exifBlock(order, orientation)...)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, markerAPP1}, uint16(2+len(body)))
	return inserted(data, 2, append(segment, body...))
}

// firstPNGChunkEnd is where the header chunk of a PNG ends.
const firstPNGChunkEnd = 8 + 12 + 13

func pngChunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// cmykJPEG writes an 8 × 8 picture of one colour, given in ink, as Adobe programs do: four components, stored inverted.
func cmykJPEG(ink color.CMYK) []byte {
	b := []byte{0xFF, 0xD8}
	segment := func(marker byte, body ...byte) {
		b = append(b, 0xFF, marker, 0, byte(2+len(body)))
		b = append(b, body...)
	}
	segment(0xEE, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	segment(0xDB, append([]byte{0}, bytes.Repeat([]byte{8}, 64)...)...) // so that one DC step is one level
	segment(markerSOF0, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0)
	segment(markerDHT, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8) // DC: category n is the code n in four bits
	segment(markerDHT, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)                         // AC: one bit, end of block
	segment(markerSOS, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
	bits, n := uint64(0), 0
	put := func(v uint64, width int) { bits, n = bits<<width|v, n+width }
	for _, c := range []byte{ink.C, ink.M, ink.Y, ink.K} {
		level := 255 - int(c) - 128
		category := 0
		for v := max(level, -level); v > 0; v >>= 1 {
			category++
		}
		put(uint64(category), 4)
		if level < 0 {
			level += 1<<category - 1
		}
		put(uint64(level), category)
		put(0, 1)
	}
	for n%8 != 0 {
		put(1, 1)
	}
	for n -= 8; n >= 0; n -= 8 {
		b = append(b, byte(bits>>n))
		if byte(bits>>n) == 0xFF {
			b = append(b, 0)
		}
	}
	return append(b, 0xFF, 0xD9)
}

// centre returns the middle of all pixels that are close to want.
func centre(t testing.TB, img image.Image, want color.RGBA) (x, y float64) {
	t.Helper()
	n := 0.0
	for py := range img.Bounds().Dy() {
		for px := range img.Bounds().Dx() {
			if near(img.At(px, py), want, 60) {
				x, y, n = x+float64(px)+0.5, y+float64(py)+0.5, n+1
			}
		}
	}
	if n == 0 {
		t.Fatalf("no pixel is close to %v", want)
	}
	return x / n, y / n
}

func near(got color.Color, want color.RGBA, within int) bool {
	r, g, b, _ := got.RGBA()
	apart := func(v uint32, w uint8) bool { return max(int(v>>8)-int(w), int(w)-int(v>>8)) > within }
	return !apart(r, want.R) && !apart(g, want.G) && !apart(b, want.B)
}

func mustInspect(t testing.TB, data []byte) Info {
	t.Helper()
	info, err := Inspect(data, Caps{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func mustDecode(t testing.TB, data []byte) image.Image {
	t.Helper()
	img, err := decode(t.Context(), data, mustInspect(t, data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}
