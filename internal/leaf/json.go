package leaf

import (
	"bytes"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// jsonReader reads one JSON text (RFC 8259) in a single pass. It accepts exactly what encoding/json accepts, except that it
// insists on UTF-8.
type jsonReader struct {
	b *builder
	s []byte
	i int
	// members are the names seen so far in the objects that are open, the innermost last.
	members []member
	// scratch is where strings with escapes are decoded.
	scratch []byte
}

// member is a name in an object and the leaves below it.
type member struct {
	name       []byte
	first, end int
}

// flattenJSON adds the leaves of a JSON text, or answers errSyntax, errNotUTF8 or an *Error.
func flattenJSON(b *builder, text []byte) error {
	r := jsonReader{b: b, s: text}
	if err := r.value(1); err != nil {
		return err
	}
	r.space()
	if r.i != len(r.s) {
		return errSyntax
	}
	return nil
}

// value reads a value with the white space before it. depth is what an object or array here would have.
func (r *jsonReader) value(depth int) error {
	r.space()
	switch c := r.peek(); {
	case c == '"':
		text, err := r.string()
		if err != nil {
			return err
		}
		if len(text) > r.b.opts.MaxInline && len(r.scratch) > 0 && &text[0] == &r.scratch[0] {
			r.scratch = nil // the blob keeps it
		}
		return r.b.text(abi.LeafTypeString, text)
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == 't':
		return r.word("true", abi.LeafTypeBool)
	case c == 'f':
		return r.word("false", abi.LeafTypeBool)
	case c == 'n':
		return r.word("null", abi.LeafTypeNull)
	case c == '-' || isDigit(c):
		return r.number()
	}
	return errSyntax
}

func (r *jsonReader) object(depth int) error {
	if err := r.b.opts.checkDepth(depth); err != nil {
		return err
	}
	r.i++
	if r.skip('}') {
		return r.b.inline(abi.LeafTypeEmptyObject, nil)
	}
	scope := names{start: len(r.members)}
	for {
		r.space()
		if r.peek() != '"' {
			return errSyntax
		}
		name, err := r.string()
		if err != nil {
			return err
		}
		at := r.declare(&scope, name)
		mark := r.b.enter(name)
		if !r.skip(':') {
			return errSyntax
		}
		r.members[at].first = len(r.b.leaves)
		if err := r.value(depth + 1); err != nil {
			return err
		}
		r.members[at].end = len(r.b.leaves)
		r.b.leave(mark)
		if r.skip(',') {
			continue
		}
		if !r.skip('}') {
			return errSyntax
		}
		r.members = r.members[:scope.start]
		return nil
	}
}

func (r *jsonReader) array(depth int) error {
	if err := r.b.opts.checkDepth(depth); err != nil {
		return err
	}
	r.i++
	if r.skip(']') {
		return r.b.inline(abi.LeafTypeEmptyArray, nil)
	}
	for i := 0; ; i++ {
		mark := r.b.enterIndex(i)
		if err := r.value(depth + 1); err != nil {
			return err
		}
		r.b.leave(mark)
		if r.skip(',') {
			continue
		}
		if !r.skip(']') {
			return errSyntax
		}
		return nil
	}
}

// names finds repeated names in one object.
type names struct {
	start int            // of the object in jsonReader.members
	index map[string]int // only in objects with more names than are quickly compared
}

const fewNames = 16

// declare returns the place of a name in members. If the object had the name before, its earlier value is dropped.
func (r *jsonReader) declare(scope *names, name []byte) int {
	at := -1
	if scope.index != nil {
		if i, ok := scope.index[string(name)]; ok {
			at = i
		}
	} else {
		for i := scope.start; i < len(r.members); i++ {
			if bytes.Equal(r.members[i].name, name) {
				at = i
				break
			}
		}
	}
	if at >= 0 {
		r.b.drop(r.members[at].first, r.members[at].end)
		return at
	}

	at = len(r.members)
	if len(r.scratch) > 0 && len(name) > 0 && &name[0] == &r.scratch[0] {
		name = bytes.Clone(name)
	}
	r.members = append(r.members, member{name: name})
	switch {
	case scope.index != nil:
		scope.index[string(name)] = at
	case at-scope.start == fewNames:
		scope.index = make(map[string]int, 4*fewNames)
		for i := scope.start; i <= at; i++ {
			scope.index[string(r.members[i].name)] = i
		}
	}
	return at
}

// number reads a number and keeps it as written.
func (r *jsonReader) number() error {
	start := r.i
	if r.peek() == '-' {
		r.i++
	}
	if r.peek() == '0' {
		r.i++
	} else if !r.digits() {
		return errSyntax
	}
	if r.peek() == '.' {
		r.i++
		if !r.digits() {
			return errSyntax
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.i++
		if c := r.peek(); c == '+' || c == '-' {
			r.i++
		}
		if !r.digits() {
			return errSyntax
		}
	}
	return r.b.text(abi.LeafTypeNumber, r.s[start:r.i])
}

func (r *jsonReader) digits() bool {
	start := r.i
	for isDigit(r.peek()) {
		r.i++
	}
	return r.i > start
}

func (r *jsonReader) word(word string, t abi.LeafType) error {
	if !bytes.HasPrefix(r.s[r.i:], []byte(word)) {
		return errSyntax
	}
	text := r.s[r.i : r.i+len(word)]
	r.i += len(word)
	if t == abi.LeafTypeNull {
		text = nil
	}
	return r.b.inline(t, text)
}

// peek returns the next byte, or 0, which occurs nowhere in JSON.
func (r *jsonReader) peek() byte {
	if r.i < len(r.s) {
		return r.s[r.i]
	}
	return 0
}

// skip goes past c and the white space before it, if c is what comes next.
func (r *jsonReader) skip(c byte) bool {
	r.space()
	if r.peek() != c {
		return false
	}
	r.i++
	return true
}

func (r *jsonReader) space() {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\t', '\r', '\n':
			r.i++
		default:
			return
		}
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
