package leaf

import (
	"bufio"
	"bytes"
	"mime"
	"net/textproto"
	"strings"
	"unicode/utf8"
)

// maxPartHead bounds the header lines of one part. Real ones have two lines.
const maxPartHead = 8 << 10

// flattenMultipart adds the parts of a multipart/form-data body (RFC 7578, RFC 2046 section 5.1). mime/multipart would copy
// every picture; here a part is a sub-slice of the body.
func flattenMultipart(b *builder, body []byte, boundary string) error {
	if boundary == "" {
		return badMultipart("has no boundary in its content type")
	}
	rest, newline, ok := skipPreamble(body, "--"+boundary)
	if !ok {
		return badMultipart("does not contain the boundary that its content type names")
	}
	delimiter := newline + "--" + boundary
	var fields []field
	for !isClosing(rest) {
		_, part, _ := bytes.Cut(rest, []byte(newline))
		head, content, ok := cutHead(part, newline)
		if !ok {
			return badMultipart("has a part whose header lines do not end, or are too long")
		}
		var value []byte
		value, rest, ok = cutDelimiter(content, delimiter, newline)
		if !ok {
			return badMultipart("ends before its last boundary; it may have been cut off")
		}
		// The line break of the empty line may be the one that begins the delimiter: an empty part.
		value = value[min(len(newline), len(value)):]
		f, err := newField(head, value)
		if err != nil {
			return err
		}
		if err := b.opts.checkLeaves(len(fields) + 1); err != nil {
			return err
		}
		fields = append(fields, f)
	}
	return addFields(b, fields)
}

// skipPreamble finds the first delimiter, which is at the beginning of a line, and returns which line break is in use.
// rest begins with what follows the delimiter: "--", or white space and the line break.
func skipPreamble(body []byte, dashed string) (rest []byte, newline string, ok bool) {
	for _, newline := range []string{"\r\n", "\n"} {
		if rest, ok := bytes.CutPrefix(body, []byte(dashed)); ok && endsDelimiter(rest, newline) {
			return rest, newline, true
		}
		if _, rest, ok := cutDelimiter(body, newline+dashed, newline); ok {
			return rest, newline, true
		}
	}
	return nil, "", false
}

// cutDelimiter cuts at the first delimiter. A text that only begins like one is none.
func cutDelimiter(s []byte, delimiter, newline string) (before, after []byte, ok bool) {
	for from := 0; ; {
		i := bytes.Index(s[from:], []byte(delimiter))
		if i < 0 {
			return nil, nil, false
		}
		after := s[from+i+len(delimiter):]
		if endsDelimiter(after, newline) {
			return s[:from+i], after, true
		}
		from += i + len(delimiter)
	}
}

func endsDelimiter(after []byte, newline string) bool {
	return isClosing(after) || bytes.HasPrefix(bytes.TrimLeft(after, " \t"), []byte(newline))
}

func isClosing(after []byte) bool { return bytes.HasPrefix(after, []byte("--")) }

// cutHead cuts off a part's header lines. content still begins with the line break of the empty line.
func cutHead(s []byte, newline string) (head, content []byte, ok bool) {
	if bytes.HasPrefix(s, []byte(newline)) {
		return nil, s, true
	}
	i := bytes.Index(s[:min(len(s), maxPartHead)], []byte(newline+newline))
	if i < 0 {
		return nil, nil, false
	}
	return s[:i], s[i+len(newline):], true
}

// newField reads a part's header lines.
func newField(head, value []byte) (field, error) {
	lines := textproto.NewReader(bufio.NewReader(strings.NewReader(string(head) + "\r\n\r\n")))
	header, err := lines.ReadMIMEHeader()
	if err != nil {
		return field{}, badMultipart("has a part with malformed header lines")
	}
	disposition, params, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil || disposition != "form-data" {
		return field{}, badMultipart("has a part without a good Content-Disposition")
	}
	name, ok := params["name"]
	if !ok {
		return field{}, badMultipart("has a part without a name")
	}
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "", "binary", "8bit", "7bit":
	default:
		return field{}, badMultipart("has a part in a transfer encoding, which RFC 7578 does away with; send the bytes as they are")
	}
	f := field{name: strings.ToValidUTF8(name, "\uFFFD"), value: value, filename: baseName(params["filename"])}
	f.file = f.filename != ""
	if !f.file && !utf8.Valid(value) && isGB(parseContentType(header.Get("Content-Type")).charset) {
		f.value = fromGB(value)
	}
	return f, nil
}

// baseName takes off the directories that some clients send, in either system's way.
func baseName(filename string) string {
	return strings.ToValidUTF8(filename[strings.LastIndexAny(filename, `/\`)+1:], "\uFFFD")
}
