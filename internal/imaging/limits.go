package imaging

import (
	"fmt"
	"slices"
	"strings"
)

// Limits are what one provider accepts. A zero field is no limit.
type Limits struct {
	Formats         []Format // accepted formats; empty accepts every one
	MinSide         int      // pixels the shortest side must at least have
	MaxSide         int      // pixels the longest side may at most have
	MaxBytes        int64    // bytes of the file itself
	MaxEncodedBytes int64    // bytes of the picture once it is encoded as Encoding says
	Encoding        Encoding // how the picture is sent; EncodingRaw by default
	// Soft marks a vendor's advice. Check never refuses for it, and Fit mends what it can and otherwise returns the picture as
	// it came.
	Soft bool
}

// LimitName names a field of [Limits] as users and manifests write it.
type LimitName string

// The limits by name.
const (
	LimitFormats         LimitName = "formats"
	LimitMinSide         LimitName = "min_side"
	LimitMaxSide         LimitName = "max_side"
	LimitMaxBytes        LimitName = "max_bytes"
	LimitMaxEncodedBytes LimitName = "max_encoded_bytes"
)

// LimitError is a picture that breaks a provider's limit.
type LimitError struct {
	Limit    LimitName
	Value    int64    // what the picture has: pixels or bytes; 0 for LimitFormats
	Allowed  int64    // the bound it breaks; 0 for LimitFormats
	Encoding Encoding // for LimitMaxEncodedBytes
	Format   Format   // for LimitFormats: the picture's
	Formats  []Format // for LimitFormats: the accepted ones
}

// Error names the limit, the picture's value and what is allowed.
func (e *LimitError) Error() string {
	switch e.Limit {
	case LimitFormats:
		names := make([]string, len(e.Formats))
		for i, f := range e.Formats {
			names[i] = f.String()
		}
		return fmt.Sprintf("imaging: %s: the picture is %s, accepted are %s", e.Limit, e.Format, strings.Join(names, ", "))
	case LimitMinSide:
		return fmt.Sprintf("imaging: %s: the shortest side is %d px, at least %d px are needed", e.Limit, e.Value, e.Allowed)
	case LimitMaxSide:
		return fmt.Sprintf("imaging: %s: the longest side is %d px, at most %d px are allowed", e.Limit, e.Value, e.Allowed)
	case LimitMaxEncodedBytes:
		return fmt.Sprintf("imaging: %s: sent as %s the picture is %d bytes, at most %d are allowed", e.Limit, e.Encoding, e.Value, e.Allowed)
	default:
		return fmt.Sprintf("imaging: %s: the picture is %d bytes, at most %d are allowed", e.Limit, e.Value, e.Allowed)
	}
}

// Check returns nil when the picture is within the limits, or when they are only advice; otherwise a [*LimitError] about the
// first limit it breaks, in the order of the fields. Info must be what [Inspect] said of data.
func (l Limits) Check(info Info, data []byte) error {
	if l.Soft {
		return nil
	}
	if e := l.breach(info, data); e != nil {
		return e
	}
	return nil
}

// breach returns the first limit that the picture breaks, or nil.
func (l Limits) breach(info Info, data []byte) *LimitError {
	switch {
	case !l.accepts(info.Format):
		return &LimitError{Limit: LimitFormats, Format: info.Format, Formats: l.Formats}
	case info.ShortSide() < l.MinSide:
		return &LimitError{Limit: LimitMinSide, Value: int64(info.ShortSide()), Allowed: int64(l.MinSide)}
	case l.MaxSide > 0 && info.LongSide() > l.MaxSide:
		return &LimitError{Limit: LimitMaxSide, Value: int64(info.LongSide()), Allowed: int64(l.MaxSide)}
	}
	return l.bytesBreach(data)
}

func (l Limits) bytesBreach(data []byte) *LimitError {
	if l.MaxBytes > 0 && int64(len(data)) > l.MaxBytes {
		return &LimitError{Limit: LimitMaxBytes, Value: int64(len(data)), Allowed: l.MaxBytes}
	}
	if l.MaxEncodedBytes > 0 && !certainlyFits(l.Encoding, int64(len(data)), l.MaxEncodedBytes) {
		if size := EncodedSize(l.Encoding, data); size > l.MaxEncodedBytes {
			return l.encodedBreach(size)
		}
	}
	return nil
}

// sizeBreach judges a size whose bytes are gone: percent-encoding is then taken at its least.
func (l Limits) sizeBreach(size int64) *LimitError {
	if l.MaxBytes > 0 && size > l.MaxBytes {
		return &LimitError{Limit: LimitMaxBytes, Value: size, Allowed: l.MaxBytes}
	}
	if least := sizeBeforePercent(l.Encoding, size); l.MaxEncodedBytes > 0 && least > l.MaxEncodedBytes {
		return l.encodedBreach(least)
	}
	return nil
}

func (l Limits) encodedBreach(size int64) *LimitError {
	return &LimitError{
		Limit: LimitMaxEncodedBytes, Value: size, Allowed: l.MaxEncodedBytes, Encoding: l.Encoding,
	}
}

// mostBytes returns the largest file that could be within the byte limits, 0 for no limit. Percent-encoding may need it
// smaller still.
func (l Limits) mostBytes() int64 {
	most := l.MaxBytes
	if l.MaxEncodedBytes > 0 {
		if n := max(1, mostRaw(l.Encoding, l.MaxEncodedBytes)); most == 0 || n < most {
			most = n
		}
	}
	return most
}

func (l Limits) accepts(f Format) bool { return len(l.Formats) == 0 || slices.Contains(l.Formats, f) }
