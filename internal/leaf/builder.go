package leaf

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// dropped marks a leaf that a later value under the same name has replaced.
const dropped abi.LeafType = 1 << 31

// builder collects leaves under a current path.
type builder struct {
	opts   Options
	path   []byte
	leaves []abi.Leaf
	blobs  [][]byte
	total  int
	holes  bool // some leaves are dropped

	// arena holds paths and inline texts; the leaves' strings are slices of it, so that a leaf costs no allocation.
	arena strings.Builder
}

// newBuilder returns a builder for a body of so many bytes. Most answers are a kilobyte or two; a body that is larger because
// of a picture has no more leaves.
func newBuilder(opts Options, size int) *builder {
	size = min(size, 2<<10)
	b := &builder{opts: opts, leaves: make([]abi.Leaf, 0, 1+size/12), path: make([]byte, 0, 64)}
	b.arena.Grow(2 * size)
	return b
}

// enter goes down to a name, or to a place in an array, and returns what leave needs to come back.
func (b *builder) enter(name []byte) int {
	mark := len(b.path)
	if b.opts.Mask != nil {
		name = []byte(b.opts.Mask(string(name)))
	}
	b.path = jsonpointer.AppendEscaped(append(b.path, '/'), name)
	return mark
}

func (b *builder) enterIndex(i int) int {
	mark := len(b.path)
	b.path = strconv.AppendInt(append(b.path, '/'), int64(i), 10)
	return mark
}

func (b *builder) leave(mark int) { b.path = b.path[:mark] }

// text adds a text, which must be UTF-8, at the current path: by value or, if it is long, as a blob that aliases it.
func (b *builder) text(t abi.LeafType, text []byte) error {
	if b.opts.Mask != nil {
		s := string(text)
		if masked := b.opts.Mask(s); masked != s { // otherwise text goes on aliasing the body
			text, t = []byte(masked), abi.LeafTypeString
		}
	}
	if len(text) > b.opts.MaxInline {
		return b.blob(t, text, "")
	}
	return b.inline(t, text)
}

// bytes adds bytes that may be no text. A leaf can only hold UTF-8: anything else is a blob of any length.
func (b *builder) bytes(data []byte) error {
	if !utf8.Valid(data) {
		return b.blob(abi.LeafTypeString, data, "")
	}
	return b.text(abi.LeafTypeString, data)
}

func (b *builder) inline(t abi.LeafType, text []byte) error {
	leaf, err := b.open(t, text)
	if err != nil {
		return err
	}
	leaf.Size = uint64(len(text))
	return nil
}

func (b *builder) blob(t abi.LeafType, data []byte, filename string) error {
	if b.opts.Mask != nil {
		filename = b.opts.Mask(filename)
	}
	b.total += len(filename)
	leaf, err := b.open(t, nil)
	if err != nil {
		return err
	}
	leaf.Handle = b.opts.FirstHandle + uint32(len(b.blobs))
	leaf.Size = uint64(len(data))
	leaf.Filename = filename
	b.blobs = append(b.blobs, data)
	return nil
}

// open adds a leaf with path and value. Its address is good until the next leaf.
func (b *builder) open(t abi.LeafType, value []byte) (*abi.Leaf, error) {
	if err := b.opts.checkLeaves(len(b.leaves) + 1); err != nil {
		return nil, err
	}
	b.total += len(b.path) + len(value)
	if err := b.opts.checkTotal(b.total); err != nil {
		return nil, err
	}
	start := b.arena.Len()
	b.arena.Write(b.path)
	b.arena.Write(value)
	text := b.arena.String()[start:]
	b.leaves = append(b.leaves, abi.Leaf{Path: text[:len(b.path)], Type: t, Value: text[len(b.path):]})
	return &b.leaves[len(b.leaves)-1], nil
}

// drop takes back the leaves from first to before end. They are only marked: moving the others each time would make a
// body of nothing but repeated names quadratic.
func (b *builder) drop(first, end int) {
	for i := first; i < end; i++ {
		b.leaves[i].Type = dropped
		b.holes = true
	}
}

func (b *builder) answer(format abi.BodyFormat) Answer {
	if b.holes {
		b.leaves = slices.DeleteFunc(b.leaves, func(l abi.Leaf) bool { return l.Type == dropped })
	}
	return Answer{Format: format, Leaves: b.leaves, Blobs: b.blobs}
}
