package leaf

import (
	"bytes"
	"mime"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const formMedia = "application/x-www-form-urlencoded"

// contentType is what a Content-Type header says; everything may be empty.
type contentType struct {
	media    string // lower case, without parameters
	charset  string // as written
	boundary string
}

// parseContentType takes what it can from a header that need not be well formed.
func parseContentType(header string) contentType {
	media, params, err := mime.ParseMediaType(header)
	if err != nil {
		media, _, _ = strings.Cut(header, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	return contentType{media: media, charset: params["charset"], boundary: params["boundary"]}
}

// toUTF8 skips a byte order mark and converts the Chinese charsets that vendors still use. A charset that is declared is
// believed even if the bytes could be UTF-8 too: two-character names often are valid in both. gb reports a declared one.
func toUTF8(body []byte, charset string) (text []byte, gb bool) {
	if rest, ok := bytes.CutPrefix(body, []byte("\xEF\xBB\xBF")); ok {
		return rest, false
	}
	if charset == "" {
		charset = declaredByXML(body)
	}
	if !isGB(charset) {
		return body, false
	}
	return fromGB(body), true
}

func isGB(charset string) bool {
	switch strings.ToLower(charset) {
	case "gbk", "gb2312", "gb18030", "gb-2312", "x-gbk", "cp936":
		return true
	}
	return false
}

// fromGB converts from GB18030, of which GBK and GB2312 are parts. What is no character becomes U+FFFD.
func fromGB(body []byte) []byte {
	if isASCII(body) {
		return body
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
	if err != nil {
		return body // the decoder replaces what it does not know, so this is for a future one that does not
	}
	return text
}

// declaredByXML returns the encoding of an XML declaration, or nothing.
func declaredByXML(body []byte) string {
	start := trimSpace(body[:min(len(body), 256)])
	if !bytes.HasPrefix(start, []byte("<?xml")) {
		return ""
	}
	m := xmlEncoding.FindSubmatch(start)
	if m == nil {
		return ""
	}
	return string(m[1])
}

// xmlEncoding finds the encoding in an XML declaration, which is ASCII in every charset we read.
var xmlEncoding = regexp.MustCompile(`^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
