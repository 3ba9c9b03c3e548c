package imaging

import (
	"bytes"
	"encoding/binary"
)

// Flags of the VP8X chunk, RFC 9649 section 2.7.1.
const (
	webpAnimated = 1 << 1
	webpAlpha    = 1 << 4
)

// parseWebP walks the RIFF chunks, RFC 9649. The first chunk that gives a size counts, as it does in the decoder.
func parseWebP(data []byte, info *Info) error {
	if len(data) < 12 {
		return truncated(WebP, "it ends inside its header")
	}
	end := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	whole := end <= int64(len(data))
	rest := data[12:max(12, min(end, int64(len(data))))]
	pixels, extended := false, false
	for len(rest) >= 8 {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:min(int64(len(rest)), 8+size)]
		switch name {
		case "VP8X":
			if info.Width == 0 && len(body) >= 10 {
				extended = true
				info.Width, info.Height = 1+uint24(body[4:]), 1+uint24(body[7:])
				info.DecodedBytes = saturatingMul(int64(info.Width)*int64(info.Height), 8)
				if body[0]&webpAnimated != 0 {
					return &Error{Kind: KindAnimated, Format: WebP}
				}
			}
		case "ANIM", "ANMF":
			return &Error{Kind: KindAnimated, Format: WebP}
		case "VP8 ", "VP8L":
			width, height, ok := webpFrame(name, body)
			if !ok {
				if int64(len(body)) < size {
					return truncated(WebP, "it ends inside its frame header")
				}
				return corrupt(WebP, "its frame header is not one")
			}
			if extended && (width != info.Width || height != info.Height) {
				return corrupt(WebP, "its frame and its canvas differ in size")
			}
			if !pixels && !extended {
				info.Width, info.Height = width, height
				info.DecodedBytes = int64(width) * int64(height) * 8
			}
			pixels = true
		case "EXIF":
			info.Orientation = exifOrientation(bytes.TrimPrefix(body, []byte(exifPrefix)))
		}
		if size > int64(len(rest))-8 {
			return truncated(WebP, "it ends inside a chunk")
		}
		rest = rest[min(int64(len(rest)), 8+size+size&1):]
	}
	switch {
	case !whole:
		return truncated(WebP, "it is shorter than its header says")
	case !pixels:
		return corrupt(WebP, "it has no picture data")
	}
	return nil
}

// webpFrame reads the size from the header of a lossy (RFC 6386 section 9.1) or lossless (RFC 9649 section 3.4) frame.
func webpFrame(name string, b []byte) (width, height int, ok bool) {
	if name == "VP8L" {
		if len(b) < 5 || b[0] != 0x2F {
			return 0, 0, false
		}
		bits := binary.LittleEndian.Uint32(b[1:])
		return 1 + int(bits&0x3FFF), 1 + int(bits>>14&0x3FFF), true
	}
	if len(b) < 10 || b[0]&1 != 0 || string(b[3:6]) != "\x9d\x01\x2a" {
		return 0, 0, false
	}
	return int(binary.LittleEndian.Uint16(b[6:]) & 0x3FFF), int(binary.LittleEndian.Uint16(b[8:]) & 0x3FFF), true
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
