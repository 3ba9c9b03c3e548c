package imaging

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// Offsets and values of BITMAPFILEHEADER and BITMAPINFOHEADER,
// https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapinfoheader.
const (
	bmpFileHeader = 14
	bmpInfoHeader = 40
	bmpV5Header   = 124

	bmpRGB       = 0
	bmpBitfields = 3
)

// looksLikeBMP wants more than the two letters: plain text may well start with "BM".
func looksLikeBMP(data []byte) bool {
	if !bytes.HasPrefix(data, []byte("BM")) {
		return false
	}
	if len(data) < bmpFileHeader+4 {
		return len(data) <= 6 || bytes.IndexByte(data, 0) > 0 // too short to tell; text has no zeros
	}
	n := binary.LittleEndian.Uint32(data[bmpFileHeader:])
	return n >= 12 && n <= bmpV5Header
}

func parseBMP(data []byte, info *Info) error {
	if len(data) < bmpFileHeader+4 {
		return truncated(BMP, "it ends inside its header")
	}
	header := int(binary.LittleEndian.Uint32(data[bmpFileHeader:]))
	if header < bmpInfoHeader {
		return unsupported(BMP, "an os/2 bitmap")
	}
	if len(data) < bmpFileHeader+header {
		return truncated(BMP, "it ends inside its header")
	}
	width := int64(int32(binary.LittleEndian.Uint32(data[18:])))
	height := int64(int32(binary.LittleEndian.Uint32(data[22:])))
	height = max(height, -height) // negative means that the top row comes first
	if width <= 0 || height <= 0 || height > math.MaxInt32 {
		return corrupt(BMP, "its header gives an impossible size")
	}
	info.Width, info.Height = int(width), int(height)
	info.DecodedBytes = saturatingMul(width*height, 4)

	bits, compression := int64(binary.LittleEndian.Uint16(data[28:])), binary.LittleEndian.Uint32(data[30:])
	switch bits {
	case 1, 2, 4, 8, 16, 24, 32:
	case 0:
		return unsupported(BMP, "a bitmap that wraps another picture")
	default:
		return corrupt(BMP, "its header gives an impossible depth")
	}
	start := int64(binary.LittleEndian.Uint32(data[10:]))
	if start < int64(bmpFileHeader+header) {
		return corrupt(BMP, "its picture data would start inside its header")
	}
	need := start + 1
	if compression == bmpRGB || compression == bmpBitfields {
		row := (width*bits + 31) / 32 * 4
		need = start + saturatingMul(row, height)
	}
	if need < start || int64(len(data)) < need {
		return truncated(BMP, "it has fewer rows than its header says")
	}
	return nil
}

// plainBMP presents a file that parseBMP accepted in the one layout x/image/bmp reads: picture data right after the palette, and
// 32-bit masks of the usual order not spelt out. Both liberties are common in files written by Windows programs.
func plainBMP(data []byte) io.Reader {
	header := bmpFileHeader + int(binary.LittleEndian.Uint32(data[bmpFileHeader:]))
	start := int(binary.LittleEndian.Uint32(data[10:]))
	bits := binary.LittleEndian.Uint16(data[28:])
	end := header
	if bits <= 8 {
		colours := int64(binary.LittleEndian.Uint32(data[46:]))
		if colours == 0 || colours > 1<<bits {
			colours = 1 << bits
		}
		end = min(header+4*int(colours), start)
	}
	head := bytes.Clone(data[:end])
	binary.LittleEndian.PutUint32(head[10:], uint32(end))
	const usualMasks = "\x00\x00\xff\x00\x00\xff\x00\x00\xff\x00\x00\x00"
	if binary.LittleEndian.Uint32(head[30:]) == bmpBitfields && bits == 32 &&
		bytes.HasPrefix(data[bmpFileHeader+bmpInfoHeader:], []byte(usualMasks)) {
		binary.LittleEndian.PutUint32(head[30:], bmpRGB)
	}
	return io.MultiReader(bytes.NewReader(head), bytes.NewReader(data[start:]))
}
