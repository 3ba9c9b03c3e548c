package conform

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// overLimit is a picture, or the URL of one, that breaks one limit.
type overLimit struct {
	name string
	data []byte
	url  string
}

// beyond returns a picture for each declared limit. None of them shows a card.
func beyond(l *abi.ImageLimits) ([]overLimit, error) {
	var out []overLimit
	var failed error
	add := func(name string, w, h, size int, encode func(image.Image) ([]byte, error)) {
		data, err := encode(shade(w, h))
		if err != nil {
			failed = err
			return
		}
		if grown := padded(data, size); len(grown) <= imaging.DefaultMaxBytes {
			out = append(out, overLimit{name: name, data: grown})
		}
	}
	good := int(max(l.MinSide, 64))
	if l.MaxSide > 0 {
		add("a side that is too long", int(l.MaxSide)+1, good, 0, asJPEG)
	}
	if l.MinSide > 1 {
		add("a side that is too short", 2*good, int(l.MinSide)-1, 0, asJPEG)
	}
	if l.MaxBytes > 0 {
		add("too many bytes", 2*good, good, int(l.MaxBytes)+1, asJPEG)
	}
	if l.MaxEncodedBytes > 0 {
		size := int(l.MaxEncodedBytes) + 1
		if l.Encoding == abi.EncodingBase64 || l.Encoding == abi.EncodingBase64Percent {
			size = size/4*3 + 4
		}
		add("too many bytes after encoding", 2*good, good, size, asJPEG)
	}
	if len(l.Formats) > 0 {
		switch {
		case !slices.Contains(l.Formats, abi.ImageFormatPNG):
			add("a format that is not accepted", 2*good, good, 0, asPNG)
		case !slices.Contains(l.Formats, abi.ImageFormatBMP):
			add("a format that is not accepted", 2*good, good, 0, asBMP)
		case !slices.Contains(l.Formats, abi.ImageFormatJPG):
			add("a format that is not accepted", 2*good, good, 0, asJPEG)
		}
	}
	if l.MaxURLBytes > 0 && slices.Contains(l.Inputs, "url") {
		// The host may not fetch from this address, so it refuses the picture.
		const host = "http://127.0.0.1:9/"
		out = append(out, overLimit{name: "a URL that is too long", url: host + strings.Repeat("x", int(l.MaxURLBytes))})
	}
	return out, failed
}

func shade(w, h int) image.Image {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetGray(x, y, color.Gray{Y: uint8(x/8 + y)})
		}
	}
	return img
}

func asJPEG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}

func asPNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// asBMP writes 24 bits per pixel, with the last row first.
func asBMP(img image.Image) ([]byte, error) {
	const head = 54
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	stride := (3*w + 3) &^ 3
	b := append(make([]byte, 0, head+stride*h), "BM"...)
	for _, n := range []uint32{uint32(head + stride*h), 0, head, 40, uint32(w), uint32(h), 1 | 24<<16, 0, uint32(stride * h), 2835, 2835, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	b = b[:head+stride*h]
	for y := range h {
		for x := range w {
			r, g, blue, _ := img.At(x, y).RGBA()
			copy(b[head+(h-1-y)*stride+3*x:], []byte{byte(blue >> 8), byte(g >> 8), byte(r >> 8)})
		}
	}
	return b, nil
}

// padded adds comments to a JPEG until it has the size in bytes.
func padded(data []byte, size int) []byte {
	const longest = 65_533 // bytes of a comment, without its length
	var comments []byte
	for len(data)+len(comments) < size {
		n := min(longest, size-len(data)-len(comments))
		comments = append(comments, 0xff, 0xfe, byte((n+2)>>8), byte(n+2))
		comments = append(comments, make([]byte, n)...)
	}
	return slices.Insert(data, 2, comments...)
}
