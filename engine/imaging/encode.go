package imaging

import (
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// qualities are tried from the best down. Below the last, characters of an ID card start to fray, and fewer pixels cost less.
var qualities = [...]int{92, 85, 78, 70, 60}

const lowestQuality = 60

// encoded is one try at writing a picture. When it did not fit, breach says why and data are not kept.
type encoded struct {
	data   []byte
	size   int64
	breach *LimitError
}

// encode writes the picture once and keeps the bytes if they are within the byte limits. Quality is for jpg.
func encode(ctx context.Context, img image.Image, format Format, quality int, limits Limits) (encoded, error) {
	out := &sink{ctx: ctx, most: limits.mostBytes()}
	var err error
	if format == JPG {
		err = jpeg.Encode(out, img, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(out, img)
	}
	if ctx.Err() != nil {
		return encoded{}, fmt.Errorf("imaging: encoding: %w", context.Cause(ctx))
	}
	if err != nil {
		return encoded{}, fmt.Errorf("imaging: encoding %s: %w", format, err)
	}
	breach := limits.sizeBreach(out.size)
	if breach == nil {
		breach = limits.bytesBreach(out.data)
	}
	if breach != nil {
		return encoded{size: out.size, breach: breach}, nil
	}
	return encoded{data: out.data, size: out.size}, nil
}

// encodeBest finds the best quality that fits by bisection, or returns the try at the lowest. Four tries at most.
func encodeBest(ctx context.Context, img image.Image, format Format, limits Limits) (encoded, error) {
	best, err := encode(ctx, img, format, qualities[0], limits)
	if err != nil || best.breach == nil || format != JPG {
		return best, err
	}
	for low, high := 1, len(qualities); low < high; {
		middle := (low + high) / 2
		try, err := encode(ctx, img, format, qualities[middle], limits)
		if err != nil {
			return encoded{}, err
		}
		if try.breach == nil {
			best, high = try, middle
			continue
		}
		low = middle + 1
		if best.breach != nil {
			best = try
		}
	}
	return best, nil
}

// sink keeps what is written until it is over most, then only counts. It makes an encoder stop once ctx is done.
type sink struct {
	ctx  context.Context
	most int64 // 0 for no bound
	data []byte
	size int64
}

var _ io.Writer = (*sink)(nil)

func (s *sink) over() bool { return s.most > 0 && s.size > s.most }

func (s *sink) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	s.size += int64(len(p))
	if s.over() {
		s.data = nil
	} else {
		s.data = append(s.data, p...)
	}
	return len(p), nil
}
