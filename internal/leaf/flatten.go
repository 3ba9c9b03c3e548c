package leaf

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Answer is a body that was read.
type Answer struct {
	Format abi.BodyFormat
	// Leaves in the order of the body, each path once (unless Mask makes names alike). Empty for EMPTY, TEXT and BINARY.
	Leaves []abi.Leaf
	// Blobs are the long texts and files: the one of handle h is Blobs[h-FirstHandle]. Most are sub-slices of the body,
	// which must not change while they are in use. One whose leaf was replaced by a repeated name has no leaf.
	Blobs [][]byte
}

// Flatten reads a body whose Content-Type header says contentType (or nothing). It fails with an [*Error] only.
//
// A body in GBK, GB18030 or GB2312, by its content type or its XML declaration, is converted; any other that is not
// UTF-8 is BINARY. A limit that is passed on the way is an error even where the rest of the body would have turned out
// to be malformed.
func Flatten(contentType string, body []byte, opts Options) (Answer, error) {
	opts = opts.withDefaults()
	if err := opts.checkSize(len(body)); err != nil {
		return Answer{}, err
	}
	said := parseContentType(contentType)
	if said.media == "multipart/form-data" {
		b := newBuilder(opts, 0)
		if err := flattenMultipart(b, body, said.boundary); err != nil {
			return Answer{}, err
		}
		return b.answer(abi.BodyFormatMultipart), nil
	}

	text, gb := toUTF8(body, said.charset)
	if len(trimSpace(text)) == 0 {
		return Answer{Format: abi.BodyFormatEmpty}, nil
	}
	for _, format := range candidates(said.media, text, opts.Inbound) {
		b := newBuilder(opts, len(text))
		var err error
		switch {
		case format == abi.BodyFormatJSON:
			err = flattenJSON(b, text)
		case format == abi.BodyFormatXML:
			err = flattenXML(b, text)
		case gb:
			err = flattenForm(b, body, fromGB) // its charset is that of the unescaped bytes
		default:
			err = flattenForm(b, text, nil)
		}
		if err == nil {
			return b.answer(format), nil
		}
		if limit := (*Error)(nil); errors.As(err, &limit) {
			return Answer{}, err
		}
	}
	if !utf8.Valid(text) {
		return Answer{Format: abi.BodyFormatBinary}, nil
	}
	return Answer{Format: abi.BodyFormatText}, nil
}

// FlattenQuery reads a URL's raw query (without the '?') as a form. A query with a broken percent sequence has the
// format TEXT and no leaves. It fails with an [*Error] only.
func FlattenQuery(query string, opts Options) (Answer, error) {
	opts = opts.withDefaults()
	if err := opts.checkSize(len(query)); err != nil || query == "" {
		return Answer{}, err
	}
	b := newBuilder(opts, len(query))
	switch err := flattenForm(b, []byte(query), nil); {
	case err == nil:
		return b.answer(abi.BodyFormatForm), nil
	case errors.Is(err, errSyntax):
		return Answer{Format: abi.BodyFormatText}, nil
	default:
		return Answer{}, err
	}
}

// candidates lists the formats that a body may have, the likeliest first. A form hardly ever begins with an unescaped '{',
// '[' or '<', but clients that send JSON under a form's content type exist; a bare word or number under it is a field's name.
func candidates(media string, text []byte, inbound bool) []abi.BodyFormat {
	var list []abi.BodyFormat
	form := media == formMedia
	switch first := trimSpace(text)[0]; {
	case first == '{', first == '[', !form && canBeginScalar(first):
		list = append(list, abi.BodyFormatJSON)
	case first == '<':
		list = append(list, abi.BodyFormatXML)
	}
	if form || inbound && media == "" && bytes.IndexByte(text, '=') >= 0 {
		list = append(list, abi.BodyFormatForm)
	}
	return list
}

func canBeginScalar(c byte) bool {
	switch c {
	case '"', '-', 't', 'f', 'n':
		return true
	}
	return '0' <= c && c <= '9'
}

// trimSpace takes off what JSON and XML both call white space.
func trimSpace(text []byte) []byte { return bytes.Trim(text, " \t\r\n") }
