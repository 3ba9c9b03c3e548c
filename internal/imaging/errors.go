package imaging

import (
	"fmt"
	"strings"
)

// Kind says why a picture was refused whatever the provider.
type Kind string

// The kinds of [Error].
const (
	KindEmpty         Kind = "empty"              // no bytes at all
	KindTooLarge      Kind = "too_large"          // more bytes than Caps.MaxBytes
	KindTooManyPixels Kind = "too_many_pixels"    // over Caps.MaxPixels, MaxSide or MaxDecodedBytes; judged before decoding
	KindNotAnImage    Kind = "not_an_image"       // Error.LooksLike says what it seems to be, where that can be told
	KindUnsupported   Kind = "unsupported_format" // a picture, but in a format or variant that is not read; see Error.LooksLike
	KindAnimated      Kind = "animated"           // an animated PNG or WebP: which frame is meant cannot be known
	KindTruncated     Kind = "truncated"          // the end of the file is missing
	KindCorrupt       Kind = "corrupt"            // the format is known but its contents contradict it
)

// Error is a picture that is refused. Match it with errors.As and decide by Kind.
type Error struct {
	Kind      Kind
	Format    Format // 0 when the format could not be told
	LooksLike string // for KindNotAnImage and KindUnsupported: "pdf", "heic", …; may be empty
	Cap       string // for KindTooLarge and KindTooManyPixels: the cap by name, such as "max_pixels"
	Value     int64  // what the picture has, in the cap's unit
	Max       int64  // what the cap allows
	Detail    string // what exactly is wrong; never anything of the picture's content
	Err       error  // a decoder's or encoder's error, if one was met
}

// Error says what is wrong and what would help.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("imaging: ")
	switch e.Kind {
	case KindEmpty:
		b.WriteString("the picture is empty: 0 bytes were given")
	case KindTooLarge, KindTooManyPixels:
		fmt.Fprintf(&b, "the %s exceeds the cap %s: it has %d, at most %d is allowed; send a smaller picture", e.subject(), e.Cap, e.Value, e.Max)
	case KindNotAnImage:
		b.WriteString("the bytes are not a picture")
		if e.LooksLike != "" {
			fmt.Fprintf(&b, " but look like %s", e.LooksLike)
		}
		b.WriteString("; send jpg, png, bmp or webp")
	case KindUnsupported:
		fmt.Fprintf(&b, "the picture is %s, which is not read; send jpg, png, bmp or webp", e.LooksLike)
	case KindAnimated:
		fmt.Fprintf(&b, "the %s is animated; send a still picture", e.subject())
	case KindTruncated:
		fmt.Fprintf(&b, "the %s is cut off", e.subject())
	default:
		fmt.Fprintf(&b, "the %s is damaged", e.subject())
	}
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the decoder's error, if there is one.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) subject() string {
	if e.Format == 0 {
		return "picture"
	}
	return e.Format.String() + " picture"
}

func truncated(f Format, detail string) error {
	return &Error{Kind: KindTruncated, Format: f, Detail: detail}
}

func corrupt(f Format, detail string) error {
	return &Error{Kind: KindCorrupt, Format: f, Detail: detail}
}

func unsupported(f Format, what string) error {
	return &Error{Kind: KindUnsupported, Format: f, LooksLike: what}
}
