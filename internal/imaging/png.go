package imaging

import (
	"encoding/binary"
	"math"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// parsePNG walks the chunks to IEND. Checksums are left to the decoder.
func parsePNG(data []byte, info *Info) error {
	if len(data) < len(pngSignature) {
		return truncated(PNG, "it ends inside its signature")
	}
	if string(data[:len(pngSignature)]) != pngSignature {
		return corrupt(PNG, "its signature was altered, as a transfer in text mode does")
	}
	pixels := false
	for rest := data[len(pngSignature):]; ; {
		if len(rest) < 8 {
			return truncated(PNG, "its end chunk is missing")
		}
		size, name := binary.BigEndian.Uint32(rest), string(rest[4:8])
		if size > math.MaxInt32 {
			return corrupt(PNG, "a chunk has an impossible length")
		}
		first := info.Width == 0
		if first && (name != "IHDR" || size != 13) {
			return corrupt(PNG, "it does not start with a header chunk")
		}
		if int64(len(rest)) < int64(size)+12 {
			if first && len(rest) >= 8+13 { // what the header claims is still worth judging
				_ = parseIHDR(rest[8:8+13], info)
			}
			return truncated(PNG, "it ends inside a chunk")
		}
		body := rest[8 : 8+size]
		rest = rest[size+12:]
		switch name {
		case "IHDR":
			if !first {
				return corrupt(PNG, "it has two header chunks")
			}
			if err := parseIHDR(body, info); err != nil {
				return err
			}
		case "acTL":
			// An animation of one frame is a still picture.
			if len(body) == 8 && binary.BigEndian.Uint32(body) > 1 {
				return &Error{Kind: KindAnimated, Format: PNG}
			}
		case "eXIf":
			info.Orientation = exifOrientation(body)
		case "IDAT":
			pixels = true
		case "IEND":
			if !pixels {
				return corrupt(PNG, "it ends before any picture data")
			}
			return nil
		}
	}
}

func parseIHDR(b []byte, info *Info) error {
	width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if width == 0 || height == 0 || width > math.MaxInt32 || height > math.MaxInt32 {
		return corrupt(PNG, "its header gives an impossible size")
	}
	info.Width, info.Height = int(width), int(height)
	perPixel := int64(4)
	if b[8] == 16 { // bits a sample
		perPixel = 8
	}
	if b[12] != 0 { // interlaced: each pass is a picture of its own
		perPixel *= 2
	}
	info.DecodedBytes = saturatingMul(int64(width)*int64(height), perPixel)
	return nil
}

// saturatingMul multiplies non-negative numbers and stops at the largest int64.
func saturatingMul(a, b int64) int64 {
	if b != 0 && a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}
