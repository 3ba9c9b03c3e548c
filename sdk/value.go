package sdk

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// Text is bytes that are sent as they are.
func Text(s string) Value { return one(abi.Part{Literal: []byte(s)}) }

// Secret stands for a configured secret. Outside a Hash or HMAC its manifest entry must list the use "plain".
func Secret(name string) Value { return one(abi.Part{Secret: name}) }

// Image stands for the picture of the call.
func Image(e Encoding) Value { return Blob(0, e) }

// Blob stands for bytes the host holds under a handle.
func Blob(handle uint32, e Encoding) Value {
	return one(abi.Part{Blob: &abi.Blob{Handle: handle, Encoding: e}})
}

// BodyBytes stands for the final bytes of the request's body; only in headers and query.
func BodyBytes() Value { return one(abi.Part{Body: new(abi.BodyBytes)}) }

// Join is one value after the other.
func Join(vs ...Value) Value {
	n := 0
	for i := range vs {
		n += len(vs[i].Parts)
	}
	parts := make([]abi.Part, 0, n)
	for i := range vs {
		parts = append(parts, vs[i].Parts...)
	}
	return Value{Parts: parts}
}

// Hash is the digest of data.
func Hash(a Algorithm, output Encoding, data ...Value) Value {
	v := Join(data...)
	return one(abi.Part{Digest: &abi.Digest{Algorithm: a, Data: &v, Output: output}})
}

// HMAC is the keyed digest of data; its output Raw can be the key of another, as derived-key signatures want.
func HMAC(a Algorithm, output Encoding, key Value, data ...Value) Value {
	v := Join(data...)
	return one(abi.Part{Digest: &abi.Digest{Algorithm: a, Key: &key, Data: &v, Output: output}})
}

// Shown writes what is signed for a person, on one line: '#' stands for a line end, "***" for a secret. Long parameters are
// left out as in Abridge.
func Shown(toSign Value) string { return adapter.Shown(&toSign) }

// Abridge takes long parameters, which may hold a picture or a token, out of a vendor's words that repeat what was signed.
func Abridge(words string) string { return adapter.Abridge(words) }

func one(p abi.Part) Value { return Value{Parts: []abi.Part{p}} }
