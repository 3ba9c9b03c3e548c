package imaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// decode turns a file into pixels as stored. Info must come from parse and have passed caps.
func decode(ctx context.Context, data []byte, info Info) (img image.Image, err error) {
	// The decoders are other people's and the bytes are a stranger's. A decoder that panics costs this one picture, not the
	// process.
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, &Error{Kind: KindCorrupt, Format: info.Format, Detail: "its decoder gave up"}
		}
	}()
	r := contextReader{ctx, bytes.NewReader(data)}
	switch info.Format {
	case JPG:
		img, err = jpeg.Decode(r)
	case PNG:
		img, err = png.Decode(r)
	case BMP:
		img, err = bmp.Decode(contextReader{ctx, plainBMP(data)})
	case WebP:
		img, err = webp.Decode(r)
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("imaging: decoding: %w", context.Cause(ctx))
	}
	if err != nil {
		return nil, decodeError(info.Format, err)
	}
	if size := img.Bounds().Size(); size.X != info.Width || size.Y != info.Height {
		return nil, corrupt(info.Format, "its picture data differ in size from its header")
	}
	return img, nil
}

func decodeError(format Format, err error) error {
	var (
		jpegVariant jpeg.UnsupportedError
		pngVariant  png.UnsupportedError
	)
	switch {
	case errors.As(err, &jpegVariant), errors.As(err, &pngVariant), errors.Is(err, bmp.ErrUnsupported):
		return &Error{Kind: KindUnsupported, Format: format, LooksLike: "an unusual variant of " + format.String(), Err: err}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Error{Kind: KindTruncated, Format: format, Err: err}
	}
	return &Error{Kind: KindCorrupt, Format: format, Err: err}
}

// contextReader makes a decoder stop soon after ctx is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
