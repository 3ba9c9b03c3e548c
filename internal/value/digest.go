package value

import (
	"crypto/hmac"
	"crypto/md5"  // what vendors ask for
	"crypto/sha1" // what vendors ask for
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"github.com/emmansun/gmsm/sm3"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// digest computes the raw digest, HMAC or signature.
func (r *run) digest(d *abi.Digest) ([]byte, error) {
	wholeBody := d.Key == nil && d.Data != nil && len(d.Data.Parts) == 1 && d.Data.Parts[0].Body != nil
	if sum, ok := r.bodySum[d.Algorithm]; ok && wholeBody {
		return sum, nil
	}
	use := useName(d.Algorithm, d.Key != nil)
	h, sign, err := r.hash(d, use)
	if err != nil {
		return nil, in(err, "key")
	}
	b := builder{limit: r.limits.DigestBytes - r.hashed, name: "Limits.DigestBytes"}
	if err := r.value(&b, d.Data, use); err != nil {
		return nil, in(err, "data")
	}
	data := b.stream()
	if err := r.charge(data.Len); err != nil { // again: digests inside the data have been charged meanwhile
		return nil, in(err, "data")
	}
	if _, err := data.WriteTo(h); err != nil {
		return nil, err
	}
	sum := h.Sum(nil)
	if sign != nil {
		return sign(sum)
	}
	if wholeBody {
		if r.bodySum == nil {
			r.bodySum = make(map[abi.Algorithm][]byte)
		}
		r.bodySum[d.Algorithm] = sum
	}
	return sum, nil
}

// hash makes the hash that reads the data, keyed if there is a key, and for RSA what is to be done with its sum.
func (r *run) hash(d *abi.Digest, use string) (h hash.Hash, sign func([]byte) ([]byte, error), err error) {
	if d.Key == nil {
		return newHash(d.Algorithm)(), nil, nil
	}
	limit := int64(maxKeyBytes)
	if d.Algorithm == abi.AlgorithmRSASHA256 {
		limit = maxRSAKeyBytes
	}
	key, err := r.bytes(d.Key, use, limit, "the longest key")
	if err != nil {
		return nil, nil, err
	}
	if d.Algorithm != abi.AlgorithmRSASHA256 {
		return hmac.New(newHash(d.Algorithm), key), nil, r.charge(int64(len(key)))
	}
	if err := r.charge(rsaCost); err != nil {
		return nil, nil, err
	}
	sign, err = rsaSigner(key)
	return sha256.New(), sign, err
}

// charge takes n bytes of Limits.DigestBytes.
func (r *run) charge(n int64) error {
	if n > r.limits.DigestBytes-r.hashed {
		return fail(KindTooLarge, "it passes Limits.DigestBytes, of which %d bytes are left", r.limits.DigestBytes-r.hashed)
	}
	r.hashed += n
	return nil
}

// newHash returns the hash of an algorithm that useName knows.
func newHash(a abi.Algorithm) func() hash.Hash {
	switch a {
	case abi.AlgorithmMD5:
		return md5.New
	case abi.AlgorithmSHA1:
		return sha1.New
	case abi.AlgorithmSHA512:
		return sha512.New
	case abi.AlgorithmSM3:
		return sm3.New
	default:
		return sha256.New
	}
}
