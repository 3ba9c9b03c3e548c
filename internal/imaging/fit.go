package imaging

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"github.com/ocrmux/ocrmux/internal/message"
)

// maxShrinks bounds how often Fit shrinks a picture whose bytes do not fit at the lowest quality. Each time it aims at the
// limit, so two are usual.
const maxShrinks = 8

// Fitted is a picture within a provider's limits.
type Fitted struct {
	Data      []byte    // the caller's own slice when nothing had to change
	Info      Info      // of Data
	Transform Transform // from Data back to the picture the caller sent
}

// Fit brings a picture within limits. Info must be what [Inspect] returned for data.
//
// A picture already within them comes back as it came, same slice, EXIF and all. Any other is decoded, flattened on white, brought
// upright as its EXIF says (re-encoding drops the EXIF), shrunk to MaxSide, and written as jpg, or as png where jpg is not
// accepted. If it is then too large for a byte limit its JPEG quality is lowered to no less than 60, and after that its sides are
// shrunk to no less than MinSide.
//
// Errors: an [*Error] for a picture that does not decode; a [*LimitError], wrapped, for one that cannot be mended, such as one below
// MinSide or accepted formats that cannot be written; the context's cause once ctx is done, which is looked at between and
// within the steps. With Limits.Soft a picture that cannot be mended comes back as it came.
//
// Work and memory are bounded: one decoding, at most nine resizings and thirteen encodings, see Caps.MaxDecodedBytes.
func Fit(ctx context.Context, data []byte, info Info, limits Limits) (Fitted, error) {
	asIs := Fitted{Data: data, Info: info}
	if limits.breach(info, data) == nil {
		return asIs, nil
	}
	fitted, err := mend(ctx, data, info, limits)
	if err != nil && limits.Soft && isBeyondMending(err) {
		return asIs, nil
	}
	return fitted, err
}

func isBeyondMending(err error) bool {
	if limit := (*LimitError)(nil); errors.As(err, &limit) {
		return true
	}
	e := (*Error)(nil)
	return errors.As(err, &e) && e.Kind == KindUnsupported
}

func mend(ctx context.Context, data []byte, info Info, limits Limits) (Fitted, error) {
	// The file decides what decoding allocates, so it must be the file that was checked against the caps.
	if actual, err := parse(data); err != nil {
		return Fitted{}, err
	} else if actual != info {
		return Fitted{}, errors.New("imaging: the info given to Fit describes another picture")
	}
	format, err := writable(info.Format, limits)
	if err != nil {
		return Fitted{}, err
	}
	width, height, err := withinSides(info, limits)
	if err != nil {
		return Fitted{}, err
	}
	stored, err := decode(ctx, data, info)
	if err != nil {
		return Fitted{}, err
	}
	upright, err := render(ctx, stored, info.Orientation, width, height)
	if err != nil {
		return Fitted{}, err
	}
	picture, result, err := squeezeBytes(ctx, upright, format, limits)
	if err != nil {
		return Fitted{}, err
	}
	if result.breach != nil {
		return Fitted{}, unfit(result.breach, message.FitRewritten, "format", format, "width", picture.Rect.Dx(), "height", picture.Rect.Dy())
	}
	fittedInfo, err := parse(result.data)
	if err != nil {
		return Fitted{}, fmt.Errorf("imaging: reading the fitted picture back: %w", err)
	}
	return Fitted{
		Data:      result.data,
		Info:      fittedInfo,
		Transform: newTransform(info, fittedInfo.Width, fittedInfo.Height),
	}, nil
}

// writable chooses the format to write: jpg suits photographs, and a card is one.
func writable(from Format, limits Limits) (Format, error) {
	for _, f := range []Format{JPG, PNG} {
		if limits.accepts(f) {
			return f, nil
		}
	}
	return 0, unfit(&LimitError{Limit: LimitFormats, Format: from, Formats: limits.Formats}, message.FitFormats)
}

// unfit returns the error of a picture that cannot be brought within a limit.
func unfit(e *LimitError, c message.Code, pairs ...any) error {
	return message.NewError(message.New(c, append(pairs, "problem", e.Message())...), e)
}

// withinSides returns the upright size once the longest side is within MaxSide.
func withinSides(info Info, limits Limits) (width, height int, err error) {
	width, height = info.UprightSize()
	if short := info.ShortSide(); short < limits.MinSide {
		return 0, 0, unfit(&LimitError{Limit: LimitMinSide, Value: int64(short), Allowed: int64(limits.MinSide)}, message.FitEnlarge)
	}
	if long := info.LongSide(); limits.MaxSide > 0 && long > limits.MaxSide {
		width, height = scaled(width, height, float64(limits.MaxSide)/float64(long))
		if short := min(width, height); short < limits.MinSide {
			return 0, 0, unfit(&LimitError{Limit: LimitMinSide, Value: int64(short), Allowed: int64(limits.MinSide)}, message.FitThin, "from", long, "to", limits.MaxSide)
		}
	}
	return width, height, nil
}

func scaled(width, height int, by float64) (int, int) {
	side := func(n int) int { return max(1, int(math.Round(float64(n)*by))) }
	return side(width), side(height)
}

// squeezeBytes encodes the picture, smaller and smaller until it is within the byte limits. It returns the last
// picture and the last try.
func squeezeBytes(ctx context.Context, full *image.RGBA, format Format, limits Limits) (*image.RGBA, encoded, error) {
	try, err := encodeBest(ctx, full, format, limits)
	if err != nil {
		return nil, encoded{}, err
	}
	picture := full
	for range maxShrinks {
		width, height := picture.Rect.Dx(), picture.Rect.Dy()
		if try.breach == nil {
			break
		}
		// Bytes grow with pixels, so the square root aims at the limit; a little under it, because small pictures compress worse.
		by := min(0.9, 0.95*math.Sqrt(float64(limits.mostBytes())/float64(try.size)))
		by = max(by, float64(max(1, limits.MinSide))/float64(min(width, height)))
		nextWidth, nextHeight := scaled(width, height, by)
		if nextWidth == width && nextHeight == height {
			break
		}
		if picture, err = render(ctx, full, Upright, nextWidth, nextHeight); err != nil {
			return nil, encoded{}, err
		}
		if try, err = encode(ctx, picture, format, lowestQuality, limits); err != nil {
			return nil, encoded{}, err
		}
	}
	return picture, try, nil
}
