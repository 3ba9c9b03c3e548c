package imaging

import (
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// rungs are the JPEG qualities tried, from the best down, each with the share of the best one's bytes that a photograph usually
// takes. Below the last, characters of an ID card start to fray, and giving up pixels costs less.
var rungs = [...]struct {
	quality int
	share   float64
}{{92, 1}, {85, 0.65}, {78, 0.52}, {70, 0.44}, {lowestQuality, 0.36}}

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

// encodeBest writes the picture at the best quality; if that does not fit, at the one whose size should, and then further down.
// It returns the first try that fits, or the one at the lowest quality. An encoding of a large picture takes a quarter of a
// second, so two well-aimed tries are worth more than the last rung of quality.
func encodeBest(ctx context.Context, img image.Image, format Format, limits Limits) (encoded, error) {
	best, err := encode(ctx, img, format, rungs[0].quality, limits)
	if err != nil || best.breach == nil || format != JPG {
		return best, err
	}
	fitting := float64(limits.mostBytes()) / float64(best.size)
	try := best
	for i, rung := range rungs[1:] {
		if last := i == len(rungs)-2; rung.share > fitting && !last {
			continue
		}
		if try, err = encode(ctx, img, format, rung.quality, limits); err != nil || try.breach == nil {
			break
		}
	}
	return try, err
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
