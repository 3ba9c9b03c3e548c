package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// ErrFormat means that the bytes are not a picture that this package can decode.
var ErrFormat = errors.New("not a readable JPEG, PNG, BMP or WebP picture")

// ErrTooLarge means that a picture has more pixels than the caller allows.
var ErrTooLarge = errors.New("picture has too many pixels")

type codec struct {
	magic  string // '?' matches any byte
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

func codecs() []codec {
	return []codec{
		{"\xff\xd8\xff",
			func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }},
		{"\x89PNG\r\n\x1a\n",
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) }},
		{"RIFF????WEBP",
			func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) }},
		{"BM",
			func(b []byte) (image.Config, error) { return bmp.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return bmp.Decode(bytes.NewReader(b)) }},
	}
}

// Decode reads a JPEG, PNG, BMP or WebP picture. It finds the format by content. It checks the size first and does not decode a
// picture with more than maxPixels. Errors wrap [ErrFormat] or [ErrTooLarge].
func Decode(data []byte, maxPixels int) (*Image, error) {
	for _, c := range codecs() {
		if !matches(data, c.magic) {
			continue
		}
		size, err := c.config(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if size.Width <= 0 || size.Height <= 0 {
			return nil, fmt.Errorf("%w: its size is %d×%d pixels", ErrFormat, size.Width, size.Height)
		}
		if size.Width > maxPixels/size.Height {
			return nil, fmt.Errorf("%w: %d×%d, at most %d in all", ErrTooLarge, size.Width, size.Height, maxPixels)
		}
		img, err := c.decode(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return FromImage(img), nil
	}
	return nil, ErrFormat
}

func matches(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}
