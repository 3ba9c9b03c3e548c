package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/ocrmux/ocrmux/internal/message"
)

// object reads a JSON object member by member, so that a long text can be read as a stream. It only finds the ends of values;
// encoding/json decodes the small ones.
type object struct {
	r     *bufio.Reader
	begun bool
	left  int // bytes that names and small values may still use
}

const maxName = 64

func newObject(r io.Reader) *object {
	return &object{r: bufio.NewReaderSize(r, 32<<10), left: maxParameterBytes}
}

// next returns the name of the next member, whose value must be read next. ok is false at the end of the object, after which nothing
// may follow.
func (o *object) next() (name string, ok bool, err error) {
	c, err := o.skipSpace()
	switch {
	case err != nil:
		return "", false, err
	case !o.begun && c == '{':
		o.begun = true
		c, err = o.skipSpace()
		if err == nil && c == '}' {
			return "", false, o.end()
		}
	case o.begun && c == '}':
		return "", false, o.end()
	case o.begun && c == ',':
		c, err = o.skipSpace()
	default:
		return "", false, notJSON()
	}
	if err != nil {
		return "", false, err
	}
	if c != '"' {
		return "", false, notJSON()
	}
	if err := o.r.UnreadByte(); err != nil {
		return "", false, err
	}
	text, err := o.value()
	if err != nil {
		return "", false, err
	}
	if len(text) > maxName || json.Unmarshal(text, &name) != nil {
		return "", false, notJSON()
	}
	if c, err = o.skipSpace(); err == nil && c != ':' {
		err = notJSON()
	}
	return name, true, err
}

func notJSON() error { return malformed(message.RefusedNotJSON) }

// end returns an error if anything follows.
func (o *object) end() error {
	_, err := o.skipSpace()
	switch err {
	case io.EOF:
		return nil
	case nil:
		return notJSON()
	}
	return err
}

// skipSpace returns the first byte that is not white space.
func (o *object) skipSpace() (byte, error) {
	for {
		c, err := o.r.ReadByte()
		if err != nil || !strings.ContainsRune(" \t\r\n", rune(c)) {
			return c, err
		}
	}
}

// value returns the bytes of a small value.
func (o *object) value() ([]byte, error) {
	if _, err := o.skipSpace(); err != nil {
		return nil, err
	}
	if err := o.r.UnreadByte(); err != nil {
		return nil, err
	}
	var out []byte
	depth, quoted, escaped := 0, false, false
	for {
		c, err := o.r.ReadByte()
		if err != nil {
			return nil, err
		}
		ends := false // the value ends with this byte
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
			ends = !quoted && depth == 0
		case quoted:
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']') && depth > 0:
			depth--
			ends = depth == 0
		case depth == 0 && strings.ContainsRune(",}] \t\r\n", rune(c)): // the end of a number or a word
			return out, o.r.UnreadByte()
		}
		if o.left--; o.left < 0 {
			return nil, malformed(message.RefusedRest, "limit", maxParameterBytes)
		}
		if out = append(out, c); ends {
			return out, nil
		}
	}
}

// text returns a reader of a value that is a text. ok is false if it is not a text; then nothing was read.
func (o *object) text() (t io.Reader, ok bool, err error) {
	c, err := o.skipSpace()
	if err != nil {
		return nil, false, err
	}
	if c != '"' {
		return nil, false, o.r.UnreadByte()
	}
	return &text{r: o.r}, true, nil
}

// text reads a JSON text up to its closing quote, as a stream of ASCII.
type text struct {
	r     *bufio.Reader
	ended bool
}

func (t *text) Read(p []byte) (int, error) {
	switch {
	case t.ended:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	if _, err := t.r.Peek(1); err != nil {
		return 0, io.ErrUnexpectedEOF
	}
	b, err := t.r.Peek(min(t.r.Buffered(), len(p)))
	if err != nil {
		return 0, err
	}
	if i := bytes.IndexByte(b, '"'); i >= 0 {
		b = b[:i]
	}
	if i := bytes.IndexByte(b, '\\'); i >= 0 {
		b = b[:i]
	}
	n := copy(p, b)
	if n > 0 {
		_, err = t.r.Discard(n)
		return n, err
	}
	c, err := t.r.ReadByte()
	if err != nil {
		return 0, err
	}
	if c == '"' {
		t.ended = true
		return 0, io.EOF
	}
	p[0], err = t.escape()
	return 1, err
}

// escape reads what follows a backslash and returns the byte of ASCII that it represents, as in "\/" or "\u002b".
func (t *text) escape() (byte, error) {
	c, err := t.r.ReadByte()
	if err != nil {
		return 0, io.ErrUnexpectedEOF
	}
	quoted := []byte{'"', '\\', c}
	if c == 'u' {
		var digits [4]byte
		if _, err := io.ReadFull(t.r, digits[:]); err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		quoted = append(quoted, digits[:]...)
	}
	var s string
	if json.Unmarshal(append(quoted, '"'), &s) != nil || len(s) != 1 {
		return 0, notJSON()
	}
	return s[0], nil
}
