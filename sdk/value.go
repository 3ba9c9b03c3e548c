package sdk

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// Text returns the value of a text that is sent as it is.
func Text(s string) Value { return one(abi.Part{Literal: []byte(s)}) }

// Secret returns the value of a configured or captured secret. Its manifest entry must list the use: "plain", or that
// of the innermost [Hash] or [HMAC] around it.
func Secret(name string) Value { return one(abi.Part{Secret: name}) }

// Image returns the value of the picture of the call, in [Raw], [Base64] or [Base64Percent].
func Image(e Encoding) Value { return Blob(0, e) }

// Blob returns the value of bytes that the host holds: a leaf of more than 4096 bytes, or a picture of
// [Call.FitImage]. Handle 0 is the picture of the call.
func Blob(handle uint32, e Encoding) Value {
	return one(abi.Part{Blob: &abi.Blob{Handle: handle, Encoding: e}})
}

// BodyBytes returns the value of the request's complete body. It can be used in headers and the query only.
func BodyBytes() Value { return one(abi.Part{Body: new(abi.BodyBytes)}) }

// Join returns the values one after the other.
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

// Hash returns the digest of data, in [Hex], [HexUpper], [Base64] or [Raw].
func Hash(a Algorithm, output Encoding, data ...Value) Value {
	v := Join(data...)
	return one(abi.Part{Digest: &abi.Digest{Algorithm: a, Data: &v, Output: output}})
}

// HMAC returns the keyed digest of data. With [RSASHA256] it is an RSA signature, and the key is a PEM private key. A
// [Raw] output can be the key of another HMAC, as signatures with derived keys need.
func HMAC(a Algorithm, output Encoding, key Value, data ...Value) Value {
	v := Join(data...)
	return one(abi.Part{Digest: &abi.Digest{Algorithm: a, Key: &key, Data: &v, Output: output}})
}

// Shown writes a value that is signed on one line for a person. '#' marks the end of a line and "***" a secret. It
// shortens long parameters as [Abridge] does.
func Shown(toSign Value) string { return adapter.Shown(&toSign) }

// Abridge shortens a vendor's words that repeat the request. After the first '?' it replaces parameters of more than
// two bytes by their length, because they may be the picture or a token. The result has at most about 1 KiB.
func Abridge(words string) string { return adapter.Abridge(words) }

func one(p abi.Part) Value { return Value{Parts: []abi.Part{p}} }
