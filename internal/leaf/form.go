package leaf

import (
	"bytes"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// field is a form's or a multipart body's.
type field struct {
	name  string
	value []byte
	// file says that the value is a file of this name and so stays a blob.
	file     bool
	filename string
}

// addFields adds one leaf a field.
func addFields(b *builder, fields []field) error {
	names := newNumbering(len(fields), func(i int) string { return fields[i].name })
	for _, f := range fields {
		leave := names.enter(b, f.name, "")
		var err error
		if f.file {
			err = b.blob(abi.LeafTypeString, f.value, f.filename)
		} else {
			err = b.bytes(f.value)
		}
		if err != nil {
			return err
		}
		leave()
	}
	return nil
}

// flattenForm adds the fields of an application/x-www-form-urlencoded text, as the URL standard reads it: ';' separates
// nothing. Unlike there, a '%' without two hexadecimal digits is errSyntax. convert, if any, turns unescaped bytes to UTF-8.
func flattenForm(b *builder, text []byte, convert func([]byte) []byte) error {
	if convert == nil {
		convert = func(s []byte) []byte { return s }
	}
	var fields []field
	for pair := range bytes.SplitSeq(text, []byte("&")) {
		if len(pair) == 0 {
			continue
		}
		rawName, rawValue, _ := bytes.Cut(pair, []byte("="))
		name, ok := unescapeForm(rawName)
		if !ok {
			return errSyntax
		}
		value, ok := unescapeForm(rawValue)
		if !ok {
			return errSyntax
		}
		if err := b.opts.checkLeaves(len(fields) + 1); err != nil {
			return err
		}
		fields = append(fields, field{name: string(bytes.ToValidUTF8(convert(name), []byte("\uFFFD"))), value: convert(value)})
	}
	return addFields(b, fields)
}

// unescapeForm undoes percent-encoding. Without any, the result is s itself.
func unescapeForm(s []byte) ([]byte, bool) {
	i := bytes.IndexAny(s, "%+")
	if i < 0 {
		return s, true
	}
	out := make([]byte, len(s))
	n := copy(out, s[:i])
	for ; i < len(s); i++ {
		c := s[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if i+2 >= len(s) {
				return nil, false
			}
			high, ok1 := hexDigit(s[i+1])
			low, ok2 := hexDigit(s[i+2])
			if !ok1 || !ok2 {
				return nil, false
			}
			c = high<<4 | low
			i += 2
		}
		out[n] = c
		n++
	}
	return out[:n], true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case isDigit(c):
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
