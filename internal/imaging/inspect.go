package imaging

// Caps bound what [Inspect] lets through, for every provider. A field that is zero or less takes its default.
type Caps struct {
	MaxBytes  int64 // bytes of the file; default DefaultMaxBytes
	MaxPixels int64 // width × height; default DefaultMaxPixels
	MaxSide   int   // pixels of the longest side; default DefaultMaxSide
	// MaxDecodedBytes bounds Info.DecodedBytes, and with it what Fit may allocate: at most this, plus four bytes a pixel of
	// the fitted picture, twice, plus the encoded bytes. Default DefaultMaxDecodedBytes.
	MaxDecodedBytes int64
}

// The defaults of [Caps]. They let the largest pictures of today's phones through and stop a 100-megapixel one.
const (
	DefaultMaxBytes        = 32 << 20
	DefaultMaxPixels       = 64_000_000
	DefaultMaxSide         = 20_000
	DefaultMaxDecodedBytes = 512 << 20
)

func (c Caps) withDefaults() Caps {
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.MaxPixels <= 0 {
		c.MaxPixels = DefaultMaxPixels
	}
	if c.MaxSide <= 0 {
		c.MaxSide = DefaultMaxSide
	}
	if c.MaxDecodedBytes <= 0 {
		c.MaxDecodedBytes = DefaultMaxDecodedBytes
	}
	return c
}

// Info is what a picture's headers say. It is comparable.
type Info struct {
	Format        Format
	Width, Height int         // pixels as stored, before any EXIF turn
	Orientation   Orientation // Upright when the file does not say, or says nonsense
	Size          int64       // bytes of the file
	CMYK          bool        // a four-component JPEG
	DecodedBytes  int64       // estimate of what decoding allocates
}

// ShortSide returns the shorter side in pixels.
func (i Info) ShortSide() int { return min(i.Width, i.Height) }

// LongSide returns the longer side in pixels.
func (i Info) LongSide() int { return max(i.Width, i.Height) }

// UprightSize returns width and height in pixels as a viewer that honours EXIF shows the picture.
func (i Info) UprightSize() (width, height int) {
	if i.Orientation.swapsSides() {
		return i.Height, i.Width
	}
	return i.Width, i.Height
}

// Inspect reads the headers of a picture without decoding it and refuses, with an [*Error], what is empty, over caps, no picture,
// of another format, animated, cut off or contradictory. It walks a file's segments to its end mark, so a file that
// lost its tail is noticed, but it does not look inside compressed data: only decoding proves a picture whole.
// It allocates next to nothing, regardless of what the file claims.
func Inspect(data []byte, caps Caps) (Info, error) {
	caps = caps.withDefaults()
	if size := int64(len(data)); size > caps.MaxBytes {
		return Info{}, &Error{Kind: KindTooLarge, Cap: "max_bytes", Value: size, Max: caps.MaxBytes}
	}
	info, err := parse(data)
	// A picture over a cap is refused for that even when its file is broken as well: the test for a bomb comes first.
	if e := caps.check(info); e != nil {
		return Info{}, e
	}
	if err != nil {
		return Info{}, err
	}
	return info, nil
}

func (c Caps) check(info Info) error {
	over := func(name string, value, most int64) error {
		return &Error{Kind: KindTooManyPixels, Format: info.Format, Cap: name, Value: value, Max: most}
	}
	pixels := int64(info.Width) * int64(info.Height)
	switch {
	case pixels > c.MaxPixels:
		return over("max_pixels", pixels, c.MaxPixels)
	case info.LongSide() > c.MaxSide:
		return over("max_side", int64(info.LongSide()), int64(c.MaxSide))
	case info.DecodedBytes > c.MaxDecodedBytes:
		return over("max_decoded_bytes", info.DecodedBytes, c.MaxDecodedBytes)
	}
	return nil
}

// parse reads headers with no caps applied. Beside an error it returns as much of Info as it had learnt.
func parse(data []byte) (Info, error) {
	if len(data) == 0 {
		return Info{}, &Error{Kind: KindEmpty}
	}
	format, err := sniff(data)
	if err != nil {
		return Info{}, err
	}
	info := Info{Format: format, Orientation: Upright, Size: int64(len(data))}
	switch format {
	case JPG:
		err = parseJPEG(data, &info)
	case PNG:
		err = parsePNG(data, &info)
	case BMP:
		err = parseBMP(data, &info)
	case WebP:
		err = parseWebP(data, &info)
	}
	if err == nil && (info.Width < 1 || info.Height < 1) {
		err = corrupt(format, "it has no pixels")
	}
	return info, err
}
