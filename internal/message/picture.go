package message

// Reasons why a picture is refused for every provider. Parameters: picture ([PictureOfFormat] or [PictureOfNoFormat]), cap (its name),
// value and allowed (in the cap's unit), looks_like and detail (texts about the file's format, in English).
const (
	PictureEmpty       Code = "picture.empty"
	PictureTooLarge    Code = "picture.too_large"
	PictureTooMany     Code = "picture.too_many_pixels"
	PictureNotAnImage  Code = "picture.not_an_image"
	PictureLooksLike   Code = "picture.looks_like"
	PictureUnsupported Code = "picture.unsupported_format"
	PictureAnimated    Code = "picture.animated"
	PictureTruncated   Code = "picture.truncated"
	PictureCorrupt     Code = "picture.corrupt"
	// PictureDetail adds what exactly is wrong. Parameters: problem (a Message), detail (a text in English).
	PictureDetail Code = "picture.detail"
	// PictureOfFormat and PictureOfNoFormat name the picture within the messages above.
	PictureOfFormat   Code = "picture.of_format"
	PictureOfNoFormat Code = "picture.of_no_format"
)

// Why a picture is outside the limits of a provider. Parameters: limit (its name), value and allowed (pixels or bytes), encoding,
// format, formats.
const (
	LimitFormats         Code = "limit.formats"
	LimitMinSide         Code = "limit.min_side"
	LimitMaxSide         Code = "limit.max_side"
	LimitMaxBytes        Code = "limit.max_bytes"
	LimitMaxEncodedBytes Code = "limit.max_encoded_bytes"
)

// Why a picture cannot be fitted into a provider's limits. Parameters: problem (one of the messages above), format, width and height,
// from and to (pixels of the longest side).
const (
	FitFormats   Code = "fit.formats"
	FitEnlarge   Code = "fit.enlarge"
	FitThin      Code = "fit.thin"
	FitRewritten Code = "fit.rewritten"
)

var picture = map[Code]string{
	PictureEmpty:       "the picture is empty: 0 bytes were given",
	PictureTooLarge:    "the {picture} exceeds the cap {cap}: it has {value}, at most {allowed} is allowed; send a smaller picture",
	PictureTooMany:     "the {picture} exceeds the cap {cap}: it has {value}, at most {allowed} is allowed; send a smaller picture",
	PictureNotAnImage:  "the bytes are not a picture; send jpg, png, bmp or webp",
	PictureLooksLike:   "the bytes are not a picture but look like {looks_like}; send jpg, png, bmp or webp",
	PictureUnsupported: "the picture is {looks_like}, which is not supported; send jpg, png, bmp or webp",
	PictureAnimated:    "the {picture} is animated; send a still picture",
	PictureTruncated:   "the {picture} is cut off",
	PictureCorrupt:     "the {picture} is damaged",
	PictureDetail:      "{problem}: {detail}",
	PictureOfFormat:    "{format} picture",
	PictureOfNoFormat:  "picture",

	LimitFormats:         "{limit}: the picture is {format}, accepted are {formats}",
	LimitMinSide:         "{limit}: the shortest side is {value} px, at least {allowed} px are needed",
	LimitMaxSide:         "{limit}: the longest side is {value} px, at most {allowed} px are allowed",
	LimitMaxBytes:        "{limit}: the picture is {value} bytes, at most {allowed} are allowed",
	LimitMaxEncodedBytes: "{limit}: sent as {encoding} the picture is {value} bytes, at most {allowed} are allowed",

	FitFormats:   "{problem}; only jpg and png can be written",
	FitEnlarge:   "{problem}; send a larger picture, enlarging this one would not help",
	FitThin:      "{problem}, once the longest side is shrunk from {from} to {to} px",
	FitRewritten: "{problem}, even rewritten as {format} of {width} x {height} px",
}
