package trust

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
)

const (
	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// KeyID names a public key: "ed25519:" and the first 16 bytes of the SHA-256 of its 32 bytes, in hexadecimal. It is for
// people and logs; keys are compared as a whole.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "ed25519:" + hex.EncodeToString(sum[:16])
}

// GenerateKey returns a new key pair, as openssl writes it: PEM with PKCS#8 (RFC 8410) for the private key and PKIX for the
// public one.
func GenerateKey(random io.Reader) (private, public []byte, id string, err error) {
	pub, key, err := ed25519.GenerateKey(random)
	if err != nil {
		return nil, nil, "", fmt.Errorf("the key cannot be made: %w", err)
	}
	pkcs8, err1 := x509.MarshalPKCS8PrivateKey(key)
	pkix, err2 := x509.MarshalPKIXPublicKey(pub)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, "", fmt.Errorf("the key cannot be written: %w", err)
	}
	encode := func(block string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: block, Bytes: der}) }
	return encode(privateBlock, pkcs8), encode(publicBlock, pkix), KeyID(pub), nil
}

// ParsePrivateKey reads an ed25519 key in PEM, PKCS#8, without a passphrase. No error repeats anything of it.
func ParsePrivateKey(text []byte) (ed25519.PrivateKey, error) {
	const want = "want an ed25519 key in PEM without a passphrase, as ocrmux plugin keygen or openssl genpkey -algorithm ed25519 makes it"
	block, _ := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("the private key is not PEM; " + want)
	case block.Type != privateBlock:
		return nil, fmt.Errorf("the file holds a block %q, not a private key; %s", block.Type, want)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if private, ok := key.(ed25519.PrivateKey); err == nil && ok {
		return private, nil
	}
	return nil, errors.New("the private key is not of ed25519; " + want)
}

// ParsePublicKey reads an ed25519 key in PEM, PKIX.
func ParsePublicKey(text []byte) (ed25519.PublicKey, error) {
	const want = "want an ed25519 public key in PEM, as ocrmux plugin keygen or openssl pkey -pubout makes it"
	block, _ := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("the public key is not PEM; " + want)
	case block.Type == privateBlock:
		return nil, errors.New("this is a private key, which only the signer may have; " + want)
	case block.Type != publicBlock:
		return nil, errors.New("the PEM holds no public key; " + want)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if public, ok := key.(ed25519.PublicKey); err == nil && ok {
		return public, nil
	}
	return nil, errors.New("the public key is not of ed25519; " + want)
}
