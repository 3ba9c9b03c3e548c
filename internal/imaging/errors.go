package imaging

import "github.com/ocrmux/ocrmux/internal/message"

// Kind says why a picture was refused for every provider.
type Kind string

// The kinds of [Error].
const (
	KindEmpty         Kind = "empty"              // no bytes at all
	KindTooLarge      Kind = "too_large"          // more bytes than Caps.MaxBytes
	KindTooManyPixels Kind = "too_many_pixels"    // over Caps.MaxPixels, MaxSide or MaxDecodedBytes; decided before decoding
	KindNotAnImage    Kind = "not_an_image"       // Error.LooksLike says what it seems to be, if that is known
	KindUnsupported   Kind = "unsupported_format" // a picture, but in an unsupported format or variant; see Error.LooksLike
	KindAnimated      Kind = "animated"           // an animated PNG or WebP: which frame is meant cannot be known
	KindTruncated     Kind = "truncated"          // the end of the file is missing
	KindCorrupt       Kind = "corrupt"            // the format is known but its contents contradict it
)

// Error means that a picture is refused for every provider. Match it with errors.As and decide by Kind.
type Error struct {
	Kind      Kind
	Format    Format // 0 if the format is unknown
	LooksLike string // for KindNotAnImage and KindUnsupported: "pdf", "heic", …; may be empty
	Cap       string // for KindTooLarge and KindTooManyPixels: the cap by name, such as "max_pixels"
	Value     int64  // what the picture has, in the cap's unit
	Max       int64  // what the cap allows
	Detail    string // what exactly is wrong; never anything of the picture's content
	Err       error  // a decoder's or encoder's error, if one was met
}

// Error returns the English text of the message, and what a decoder said.
func (e *Error) Error() string { return e.Message().String() }

// Message says what is wrong and what would help.
func (e *Error) Message() message.Message {
	m := e.problem()
	detail := e.Detail
	if e.Err != nil {
		if detail != "" {
			detail += ": "
		}
		detail += e.Err.Error()
	}
	if detail != "" {
		m = message.New(message.PictureDetail, "problem", m, "detail", detail)
	}
	return m
}

func (e *Error) problem() message.Message {
	picture := message.New(message.PictureOfNoFormat)
	if e.Format != 0 {
		picture = message.New(message.PictureOfFormat, "format", e.Format)
	}
	overCap := func(c message.Code) message.Message {
		return message.New(c, "picture", picture, "cap", e.Cap, "value", e.Value, "allowed", e.Max)
	}
	switch e.Kind {
	case KindEmpty:
		return message.New(message.PictureEmpty)
	case KindTooLarge:
		return overCap(message.PictureTooLarge)
	case KindTooManyPixels:
		return overCap(message.PictureTooMany)
	case KindNotAnImage:
		if e.LooksLike == "" {
			return message.New(message.PictureNotAnImage)
		}
		return message.New(message.PictureLooksLike, "looks_like", e.LooksLike)
	case KindUnsupported:
		return message.New(message.PictureUnsupported, "looks_like", e.LooksLike)
	case KindAnimated:
		return message.New(message.PictureAnimated, "picture", picture)
	case KindTruncated:
		return message.New(message.PictureTruncated, "picture", picture)
	default:
		return message.New(message.PictureCorrupt, "picture", picture)
	}
}

// Unwrap returns the decoder's error, if there is one.
func (e *Error) Unwrap() error { return e.Err }

func truncated(f Format, detail string) error {
	return &Error{Kind: KindTruncated, Format: f, Detail: detail}
}

func corrupt(f Format, detail string) error {
	return &Error{Kind: KindCorrupt, Format: f, Detail: detail}
}

func unsupported(f Format, what string) error {
	return &Error{Kind: KindUnsupported, Format: f, LooksLike: what}
}
