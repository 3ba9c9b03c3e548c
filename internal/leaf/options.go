package leaf

import (
	"cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Defaults of [Options].
const (
	DefaultMaxBytes  = 16 << 20
	DefaultMaxLeaves = 20_000
	DefaultMaxDepth  = 64
	DefaultMaxInline = abi.MaxInlineLeafBytes
	// DefaultMaxTotal leaves room in a message for everything that is not a leaf.
	DefaultMaxTotal = abi.MaxMessageBytes / 2
)

// Options say how a body is flattened. The zero value is good: every limit that is 0 has its default.
type Options struct {
	// FirstHandle is the handle of the first blob, the next one has the next number. 0 counts as 1: handle 0 is the
	// picture of the call.
	FirstHandle uint32
	// Inbound is for a client's request: a body of no declared type that holds a '=' is read as a form.
	Inbound bool
	// Mask gets every text before it is returned (also names and file names, but not file contents), and returns its
	// replacement. A number that it changes becomes a string. Nil changes nothing.
	Mask func(string) string

	// MaxBytes bounds the body.
	MaxBytes int
	// MaxLeaves bounds the leaves, in XML the elements and attributes.
	MaxLeaves int
	// MaxDepth bounds how deep objects, arrays and elements nest.
	MaxDepth int
	// MaxInline is the longest text in bytes that is passed by value.
	MaxInline int
	// MaxTotal bounds the bytes of all paths, inline texts and file names together. A long name with many leaves below
	// it would otherwise grow a small body a thousandfold.
	MaxTotal int
}

func (o Options) withDefaults() Options {
	o.FirstHandle = cmp.Or(o.FirstHandle, 1)
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	o.MaxLeaves = cmp.Or(o.MaxLeaves, DefaultMaxLeaves)
	o.MaxDepth = cmp.Or(o.MaxDepth, DefaultMaxDepth)
	o.MaxInline = cmp.Or(o.MaxInline, DefaultMaxInline)
	o.MaxTotal = cmp.Or(o.MaxTotal, DefaultMaxTotal)
	return o
}

func (o *Options) checkSize(n int) error {
	if n > o.MaxBytes {
		return &Error{Kind: KindTooLarge, Reason: "the body is too large", Limit: "MaxBytes", Max: o.MaxBytes}
	}
	return nil
}

func (o *Options) checkDepth(depth int) error {
	if depth > o.MaxDepth {
		return &Error{Kind: KindTooDeep, Reason: "the body nests too deep", Limit: "MaxDepth", Max: o.MaxDepth}
	}
	return nil
}

func (o *Options) checkLeaves(n int) error {
	if n > o.MaxLeaves {
		return &Error{Kind: KindTooManyLeaves, Reason: "the body has too many values", Limit: "MaxLeaves", Max: o.MaxLeaves}
	}
	return nil
}

func (o *Options) checkTotal(n int) error {
	if n > o.MaxTotal {
		return &Error{Kind: KindTooLarge, Reason: "the paths and texts of the body are too large together", Limit: "MaxTotal", Max: o.MaxTotal}
	}
	return nil
}
