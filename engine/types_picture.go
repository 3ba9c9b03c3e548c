package engine

import "github.com/ocrmux/ocrmux/internal/imaging"

// PictureLimits bound which pictures the engine accepts, regardless of the provider. A field that is zero or less has its default.
//
//	type PictureLimits struct {
//		MaxBytes        int64 // of the file; default 32 MiB
//		MaxPixels       int64 // width × height; default 64,000,000
//		MaxSide         int   // pixels of the longest side; default 20,000
//		MaxDecodedBytes int64 // bytes of memory that decoding may take; default 512 MiB
//	}
type PictureLimits = imaging.Caps

// PictureError is a picture that the engine does not accept. Match it with errors.As and decide by Kind.
//
//	type PictureError struct {
//		Kind       PictureErrorKind
//		Format     PictureFormat // empty if unknown
//		LooksLike  string // for "not_an_image" and "unsupported": "pdf", "heic", …
//		Cap        string // the limit that is exceeded, such as "max_pixels"
//		Value, Max int64  // what the picture has and what the limit allows
//		Detail     string
//		Err        error
//	}
type PictureError = imaging.Error

// PictureFormat is "jpg", "png" and others.
type PictureFormat = imaging.Format

// PictureErrorKind says why a picture is not accepted, for example "not_an_image", "unsupported" or "too_large".
type PictureErrorKind = imaging.Kind

// Kinds of picture errors.
const (
	// PictureEmpty: there are no bytes.
	PictureEmpty PictureErrorKind = imaging.KindEmpty
	// PictureTooLarge: the file is larger than MaxBytes.
	PictureTooLarge PictureErrorKind = imaging.KindTooLarge
	// PictureTooManyPixels: it is over MaxPixels, MaxSide or MaxDecodedBytes.
	PictureTooManyPixels PictureErrorKind = imaging.KindTooManyPixels
	// PictureNotAnImage: it is not a picture; LooksLike says what it seems to be.
	PictureNotAnImage PictureErrorKind = imaging.KindNotAnImage
	// PictureUnsupported: it is a picture in an unsupported format; LooksLike says which.
	PictureUnsupported PictureErrorKind = imaging.KindUnsupported
	// PictureAnimated: it is animated, and which frame is meant cannot be known.
	PictureAnimated PictureErrorKind = imaging.KindAnimated
	// PictureTruncated: the end of the file is missing.
	PictureTruncated PictureErrorKind = imaging.KindTruncated
	// PictureCorrupt: the contents contradict the format.
	PictureCorrupt PictureErrorKind = imaging.KindCorrupt
)
