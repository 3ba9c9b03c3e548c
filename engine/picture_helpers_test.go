package engine_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"
)

// scene is a picture with enough in it that it does not compress to nothing.
func scene(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x ^ y), 255})
		}
	}
	return m
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, w, h int) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, scene(w, h), nil) })
}

func pngOf(t testing.TB, w, h int) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, scene(w, h)) })
}

func bmpOf(t testing.TB, w, h int) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, scene(w, h)) })
}

func gifOf(t testing.TB) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, scene(20, 20), nil) })
}

// turnedJPEG is a JPEG whose EXIF says how to bring it upright.
func turnedJPEG(t testing.TB, w, h int, orientation byte) []byte {
	plain := jpegOf(t, w, h)
	tiff := append([]byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), orientation, 0, 0, 0, 0, 0, 0)
	exif := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{plain[:2], segment, exif, plain[2:]}, nil)
}

// hugePNG claims 10,000 by 10,000 pixels in a few bytes.
func hugePNG(t testing.TB) []byte {
	b := pngOf(t, 1, 1)
	binary.BigEndian.PutUint32(b[16:], 10_000)
	binary.BigEndian.PutUint32(b[20:], 10_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// animatedPNG has the chunk that makes a PNG move.
func animatedPNG(t testing.TB) []byte {
	b := pngOf(t, 8, 8)
	body := append([]byte("acTL"), 0, 0, 0, 2, 0, 0, 0, 0)
	chunk := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 8}, 0)[:4]
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	return bytes.Join([][]byte{b[:33], chunk, b[33:]}, nil)
}

// cmykJPEG is 8 by 8 pixels of black in four components: enough for what reads headers and passes the bytes on.
func cmykJPEG() []byte {
	b := []byte{0xff, 0xd8}
	segment := func(marker byte, body ...byte) {
		b = append(append(b, 0xff, marker, 0, byte(2+len(body))), body...)
	}
	segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{8}, 64)...)...)
	segment(0xc0, 8, 0, 16, 0, 16, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0)
	segment(0xc4, 0x00, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	segment(0xc4, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	segment(0xda, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
	return append(append(b, make([]byte, 4)...), 0xff, 0xd9) // four blocks of two zero bits each, four times
}
