package value

import (
	"cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Limits bound what one request (or one Value, for [Evaluator.Bytes] and [Evaluator.Stream]) may cost. A field that is 0
// has its default.
type Limits struct {
	// Depth is how deep digests, and JSON objects and arrays, may be nested. Default 32.
	Depth int
	// Parts is how many values, parts, fields, members and items there may be in all. Default 8192.
	Parts int
	// LiteralBytes is the sum of all literals and names. Default abi.MaxMessageBytes.
	LiteralBytes int64
	// BodyBytes is the length of a body or Stream. Default 32 MiB.
	BodyBytes int64
	// HeaderBytes is the sum of all header names and values. Default 64 KiB.
	HeaderBytes int64
	// URLBytes is the length of a URL with its query. Default 32 KiB.
	URLBytes int64
	// DigestBytes is the sum of all data and keys that digests read, and so bounds their time; an RSA signature counts
	// as 4 MiB. Default 128 MiB.
	DigestBytes int64
}

// Bounds that nobody needs to change.
const (
	maxKeyBytes    = 64 << 10 // an HMAC key
	maxRSAKeyBytes = 16 << 10 // PEM text
	minRSAKeyBits  = 1024
	maxRSAKeyBits  = 4096
	rsaCost        = 4 << 20 // what a signature takes of Limits.DigestBytes
)

func (l Limits) withDefaults() Limits {
	return Limits{
		Depth:        cmp.Or(l.Depth, 32),
		Parts:        cmp.Or(l.Parts, 8192),
		LiteralBytes: cmp.Or(l.LiteralBytes, abi.MaxMessageBytes),
		BodyBytes:    cmp.Or(l.BodyBytes, 32<<20),
		HeaderBytes:  cmp.Or(l.HeaderBytes, 64<<10),
		URLBytes:     cmp.Or(l.URLBytes, 32<<10),
		DigestBytes:  cmp.Or(l.DigestBytes, 128<<20),
	}
}
