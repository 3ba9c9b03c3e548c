package imaging

import (
	"bytes"
	"encoding/binary"
)

// JPEG markers, ITU-T T.81 table B.1.
const (
	markerTEM   = 0x01
	markerSOF0  = 0xC0 // baseline
	markerSOF2  = 0xC2 // progressive
	markerDHT   = 0xC4
	markerJPG   = 0xC8
	markerDAC   = 0xCC
	markerSOF15 = 0xCF
	markerRST0  = 0xD0
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerAPP1  = 0xE1
	markerSOF55 = 0xF7 // JPEG-LS
)

// maxJPEGScans bounds the scans of one picture. Encoders write about ten, libjpeg's longest scripts some dozens; a scan of a few
// bytes makes a decoder visit every block again, so that a small file of many scans could keep it busy for hours.
const maxJPEGScans = 100

const exifPrefix = "Exif\x00\x00"

// parseJPEG walks the markers to the end mark. Between a start of scan and the next marker is entropy-coded data, in
// which 0xFF is always followed by zero or a restart mark, so the same walk skips it.
func parseJPEG(data []byte, info *Info) error {
	scans, turned := 0, false
	for pos := 2; ; {
		skip := bytes.IndexByte(data[pos:], 0xFF)
		if skip < 0 {
			return truncated(JPG, "its end mark is missing")
		}
		pos += skip
		for pos < len(data) && data[pos] == 0xFF { // any number of fill bytes may precede a marker
			pos++
		}
		if pos == len(data) {
			return truncated(JPG, "its end mark is missing")
		}
		marker := data[pos]
		pos++
		switch {
		case marker == markerEOI:
			if info.Width == 0 || scans == 0 {
				return corrupt(JPG, "it ends before any picture data")
			}
			return nil
		case marker == 0, marker == markerTEM, marker >= markerRST0 && marker <= markerSOI:
			continue
		}
		if len(data)-pos < 2 {
			return truncated(JPG, "it ends inside a segment")
		}
		size := int(binary.BigEndian.Uint16(data[pos:]))
		if size < 2 {
			return corrupt(JPG, "a segment has an impossible length")
		}
		if size > len(data)-pos {
			return truncated(JPG, "it ends inside a segment")
		}
		segment := data[pos+2 : pos+size]
		pos += size
		switch {
		case marker == markerSOS:
			if info.Width == 0 {
				return corrupt(JPG, "picture data comes before its frame header")
			}
			if scans++; scans > maxJPEGScans {
				return unsupported(JPG, "a jpeg of more than 100 scans")
			}
		case marker == markerAPP1 && !turned && bytes.HasPrefix(segment, []byte(exifPrefix)):
			info.Orientation, turned = exifOrientation(segment[len(exifPrefix):]), true
		case isFrameHeader(marker) && info.Width == 0:
			if err := parseFrame(marker, segment, info); err != nil {
				return err
			}
		}
	}
}

func isFrameHeader(marker byte) bool {
	if marker == markerDHT || marker == markerJPG || marker == markerDAC {
		return false
	}
	return marker >= markerSOF0 && marker <= markerSOF15 || marker == markerSOF55
}

// parseFrame reads a frame header: precision, height, width, and per component an id, sampling factors and a table.
func parseFrame(marker byte, b []byte, info *Info) error {
	if len(b) < 6 || len(b) < 6+3*int(b[5]) {
		return corrupt(JPG, "its frame header is too short")
	}
	height, width := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	components := int(b[5])
	if width == 0 || height == 0 || components == 0 {
		return corrupt(JPG, "its frame header gives no size")
	}
	if marker > markerSOF2 {
		return unsupported(JPG, "a lossless, hierarchical or arithmetic-coded jpeg")
	}
	if b[0] != 8 {
		return unsupported(JPG, "a jpeg of other than 8 bits a sample")
	}
	info.Width, info.Height, info.CMYK = width, height, components == 4

	most, samples := int64(1), int64(0)
	for i := range components {
		hv := b[6+3*i+1]
		area := int64(hv>>4) * int64(hv&15)
		most, samples = max(most, area), samples+area
	}
	perPixel := int64(1) // bytes a sample
	if marker == markerSOF2 {
		perPixel = 5 // a progressive scan also keeps every coefficient, four bytes each
	}
	pixels := int64(width) * int64(height)
	info.DecodedBytes = pixels * samples * perPixel / most
	if info.CMYK {
		info.DecodedBytes += 4 * pixels // the decoder builds a second, interleaved picture
	}
	return nil
}
