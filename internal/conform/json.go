package conform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// editJSON replaces scalars of a JSON text and leaves everything else unchanged. edit gets the pointer and text of each
// scalar and returns its replacement. A text stays a text. A number becomes a text if its replacement is not a number. ok
// is false if the text is not JSON.
func editJSON(text string, edit func(pointer, value string, isText bool) (string, bool)) (edited string, ok bool) {
	e := &jsonEditor{text: text, decoder: json.NewDecoder(strings.NewReader(text)), edit: edit}
	e.decoder.UseNumber()
	if e.value("") != nil {
		return "", false
	}
	if _, err := e.decoder.Token(); !errors.Is(err, io.EOF) {
		return "", false
	}
	e.out.WriteString(text[e.copied:])
	return e.out.String(), true
}

type jsonEditor struct {
	text    string
	decoder *json.Decoder
	edit    func(pointer, value string, isText bool) (string, bool)
	out     strings.Builder
	copied  int // of text
}

func (e *jsonEditor) value(pointer string) error {
	before := int(e.decoder.InputOffset())
	token, err := e.decoder.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Delim:
		return e.members(v, pointer)
	case string:
		e.scalar(before, pointer, v, true)
	case json.Number:
		e.scalar(before, pointer, v.String(), false)
	case bool:
		e.scalar(before, pointer, strconv.FormatBool(v), false)
	}
	return nil
}

func (e *jsonEditor) members(open json.Delim, pointer string) error {
	for i := 0; e.decoder.More(); i++ {
		name := strconv.Itoa(i)
		if open == '{' {
			key, err := e.decoder.Token()
			if err != nil {
				return err
			}
			name = key.(string) // the decoder returns nothing else here
		}
		if err := e.value(jsonpointer.Join(pointer, name)); err != nil {
			return err
		}
	}
	_, err := e.decoder.Token()
	return err
}

// scalar replaces the value that ends at the decoder's offset. It begins after the separators that follow before.
func (e *jsonEditor) scalar(before int, pointer, value string, isText bool) {
	to, ok := e.edit(pointer, value, isText)
	if !ok || to == value {
		return
	}
	start := before + strings.IndexFunc(e.text[before:], func(r rune) bool { return !strings.ContainsRune(" \t\r\n:,", r) })
	e.out.WriteString(e.text[e.copied:start])
	if !isText && json.Valid([]byte(to)) {
		e.out.WriteString(to)
	} else {
		e.out.WriteString(quoted(to))
	}
	e.copied = int(e.decoder.InputOffset())
}

func quoted(s string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return `""` // a string is always encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
