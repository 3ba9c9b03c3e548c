package imaging

import (
	"bytes"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Format is a picture format. It is 0 where the format is unknown.
type Format = abi.ImageFormat

// The formats that [Inspect] recognises. [Fit] writes JPG and PNG.
const (
	JPG  = abi.ImageFormatJPG
	PNG  = abi.ImageFormatPNG
	BMP  = abi.ImageFormatBMP
	WebP = abi.ImageFormatWebp
)

// MediaType returns the media type of a format, such as "image/jpeg".
func MediaType(f Format) string {
	if f == JPG {
		return "image/jpeg"
	}
	return "image/" + f.String()
}

// sniff tells the format by its first bytes, or explains what the bytes seem to be instead. A file cut off inside its
// signature still counts as its format, so that it is called truncated rather than foreign.
func sniff(data []byte) (Format, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xD8}) && (len(data) == 2 || data[2] == 0xFF):
		return JPG, nil
	case bytes.HasPrefix(data, []byte(pngSignature[:4])):
		return PNG, nil
	case bytes.HasPrefix(data, []byte("RIFF")) && (len(data) < 12 || string(data[8:12]) == "WEBP"):
		return WebP, nil
	case looksLikeBMP(data):
		return BMP, nil
	}
	for _, s := range foreign {
		if len(data) >= s.offset && bytes.HasPrefix(data[s.offset:], []byte(s.magic)) {
			if s.picture {
				return 0, unsupported(0, s.name)
			}
			return 0, &Error{Kind: KindNotAnImage, LooksLike: s.name}
		}
	}
	return 0, textual(data)
}

// foreign lists what people send by mistake. The earlier entry wins.
var foreign = [...]struct {
	offset  int
	magic   string
	name    string
	picture bool
}{
	{0, "GIF8", "gif", true},
	{0, "II*\x00", "tiff", true},
	{0, "MM\x00*", "tiff", true},
	{4, "ftypavif", "avif", true},
	{4, "ftypavis", "avif", true},
	{4, "ftypheic", "heic", true},
	{4, "ftypheix", "heic", true},
	{4, "ftypheim", "heic", true},
	{4, "ftyphevc", "heic", true},
	{4, "ftypmif1", "heic", true},
	{4, "ftypmsf1", "heic", true},
	{0, "\x00\x00\x00\x0cJXL ", "jpeg xl", true},
	{0, "\xff\x0a", "jpeg xl", true},
	{0, "\x00\x00\x00\x0cjP  ", "jpeg 2000", true},
	{0, "\xff\x4f\xff\x51", "jpeg 2000", true},
	{0, "8BPS", "psd", true},
	{0, "\x00\x00\x01\x00", "ico", true},
	{0, "%PDF-", "pdf", false},
	{0, "RIFF", "audio or video (riff)", false},
	{0, "PK\x03\x04", "zip or office document", false},
	{0, "\x1f\x8b", "gzip", false},
	{0, "7z\xbc\xaf\x27\x1c", "7z", false},
	{0, "Rar!", "rar", false},
	{4, "ftyp", "video (mp4)", false},
	{0, "\x1aE\xdf\xa3", "video (webm)", false},
	{0, "\x7fELF", "program (elf)", false},
	{0, "MZ", "program (windows)", false},
}

// textual explains text sent in a picture's place: most often an error page, or base64 that nobody decoded.
func textual(data []byte) error {
	head := data[:min(len(data), 512)]
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	head = bytes.ToLower(bytes.TrimSpace(head))
	is := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(string(head), p) {
				return true
			}
		}
		return false
	}
	name := ""
	switch {
	case is("<!doctype html", "<html", "<head", "<body"):
		name = "html"
	case is("<svg"), is("<?xml") && bytes.Contains(head, []byte("<svg")):
		return unsupported(0, "svg")
	case is("<?xml", "<"):
		name = "xml"
	case is("data:image/"):
		name = "a data url; decode its base64 first"
	case is("/9j/", "ivborw0kggo", "uklgr", "qk0", "qk1", "qk2"):
		name = "base64 text; decode it first"
	case is("{", "["):
		name = "json"
	case is("http://", "https://"):
		name = "a url"
	}
	return &Error{Kind: KindNotAnImage, LooksLike: name}
}
