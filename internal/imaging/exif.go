package imaging

import "encoding/binary"

// Orientation is EXIF tag 0x0112: how stored rows and columns relate to the upright picture (CIPA DC-008, section 4.6.5).
type Orientation uint8

// The orientations, named by what brings the stored picture upright. Turns are clockwise.
const (
	Upright            Orientation = 1
	FlipHorizontally   Orientation = 2
	Turn180            Orientation = 3
	FlipVertically     Orientation = 4
	FlipAlongDiagonal  Orientation = 5 // transpose: the first row becomes the first column
	Turn90             Orientation = 6
	FlipAcrossDiagonal Orientation = 7 // transverse: the first row becomes the last column, read upwards
	Turn270            Orientation = 8
)

// From TIFF 6.0, section 2.
const (
	exifOrientationTag = 0x0112
	exifTypeShort      = 3
	exifTypeLong       = 4
	exifEntryBytes     = 12
	tiffHeaderBytes    = 8
)

func (o Orientation) swapsSides() bool { return o >= FlipAlongDiagonal && o <= Turn270 }

// exifOrientation finds the tag in the first directory of a TIFF block. Anything odd means Upright: a broken EXIF block is
// no reason to refuse a picture.
func exifOrientation(b []byte) Orientation {
	if len(b) < tiffHeaderBytes {
		return Upright
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return Upright
	}
	offset := int64(order.Uint32(b[4:]))
	if offset+2 > int64(len(b)) {
		return Upright
	}
	b = b[offset:]
	count := int(order.Uint16(b))
	for b = b[2:]; count > 0 && len(b) >= exifEntryBytes; count, b = count-1, b[exifEntryBytes:] {
		if order.Uint16(b) != exifOrientationTag {
			continue
		}
		value := uint32(0)
		switch order.Uint16(b[2:]) {
		case exifTypeShort:
			value = uint32(order.Uint16(b[8:]))
		case exifTypeLong:
			value = order.Uint32(b[8:])
		}
		if value >= uint32(Upright) && value <= uint32(Turn270) {
			return Orientation(value)
		}
		return Upright
	}
	return Upright
}
