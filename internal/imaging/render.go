package imaging

import (
	"context"
	"fmt"
	"image"
	"image/draw"
)

// rowsPerCheck is how many rows are rendered between looks at the context.
const rowsPerCheck = 64

// render brings src upright and shrinks it to width × height, both at most the upright size of src, flattened on white. It
// reads src once, row by row, so beside src and the result it holds a few rows only.
func render(ctx context.Context, src image.Image, turn Orientation, width, height int) (*image.RGBA, error) {
	from := src.Bounds()
	across, down := width, height // of the result before it is turned
	if turn.swapsSides() {
		across, down = height, width
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	row := image.NewRGBA(image.Rect(0, 0, from.Dx(), 1))
	shrunk := newShrinker(from.Dx(), from.Dy(), across, down)
	emitted := 0
	for y := range from.Dy() {
		if y%rowsPerCheck == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("imaging: resizing: %w", context.Cause(ctx))
		}
		draw.Draw(row, row.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(row, row.Rect, src, image.Pt(from.Min.X, from.Min.Y+y), draw.Over)
		pixels := row.Pix
		if across != from.Dx() || down != from.Dy() {
			pixels = shrunk.add(row.Pix)
		}
		if pixels != nil {
			place(dst, turn, emitted, pixels)
			emitted++
		}
	}
	return dst, nil
}

// place writes row number y of the unturned result to where the turn puts it.
func place(dst *image.RGBA, turn Orientation, y int, row []byte) {
	right, bottom := dst.Rect.Dx()-1, dst.Rect.Dy()-1
	var start, step int // offsets into dst.Pix of the row's first pixel and from each to the next
	switch turn {
	case FlipHorizontally:
		start, step = dst.PixOffset(right, y), -4
	case Turn180:
		start, step = dst.PixOffset(right, bottom-y), -4
	case FlipVertically:
		start, step = dst.PixOffset(0, bottom-y), 4
	case FlipAlongDiagonal:
		start, step = dst.PixOffset(y, 0), dst.Stride
	case Turn90:
		start, step = dst.PixOffset(right-y, 0), dst.Stride
	case FlipAcrossDiagonal:
		start, step = dst.PixOffset(right-y, bottom), -dst.Stride
	case Turn270:
		start, step = dst.PixOffset(y, bottom), -dst.Stride
	default:
		copy(dst.Pix[dst.PixOffset(0, y):], row)
		return
	}
	for ; len(row) > 0; row, start = row[4:], start+step {
		copy(dst.Pix[start:start+4], row[:4])
	}
}
