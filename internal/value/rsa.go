package value

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
)

// rsaSigner reads a PEM private key, PKCS#1 or PKCS#8, and gives RSASSA-PKCS1-v1_5 over a SHA-256 sum. Errors of the
// parsers are left out: they could quote the key.
func rsaSigner(text []byte) (func(sum []byte) ([]byte, error), error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fail(KindBadKey, "no PEM block; a private key in PKCS#1 or PKCS#8 is needed")
	}
	der := block.Bytes
	switch block.Type {
	case "RSA PRIVATE KEY":
	case "PRIVATE KEY":
		var outer struct {
			Version   int
			Algorithm asn1.RawValue
			Key       []byte
		}
		if _, err := asn1.Unmarshal(der, &outer); err != nil {
			return nil, errBadRSAKey()
		}
		der = outer.Key
	default:
		return nil, fail(KindBadKey, "the PEM block is no unencrypted private key in PKCS#1 or PKCS#8")
	}
	// The size is checked before the key is, because checking a key takes time with the cube of its size.
	var head struct {
		Version int
		N       *big.Int
	}
	if _, err := asn1.Unmarshal(der, &head); err != nil {
		return nil, errBadRSAKey()
	}
	if n := head.N.BitLen(); n < minRSAKeyBits || n > maxRSAKeyBits {
		return nil, fail(KindBadKey, "an RSA key of %d bits; %d to %d are fine", n, minRSAKeyBits, maxRSAKeyBits)
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, errBadRSAKey()
	}
	return func(sum []byte) ([]byte, error) {
		sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum)
		if err != nil {
			return nil, in(errBadRSAKey(), "key")
		}
		return sig, nil
	}, nil
}

func errBadRSAKey() error {
	return fail(KindBadKey, "it is no sound RSA private key in PKCS#1 or PKCS#8")
}
