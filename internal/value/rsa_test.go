package value

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestRSASignaturesVerifyWithBothFormsOfAKey(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("to sign"))
	for name, text := range map[string]string{
		"PKCS#1": pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)),
		"PKCS#8": pemText("PRIVATE KEY", pkcs8),
	} {
		src := shelf{secrets: map[string]Secret{"k": {Text: []byte(text), Uses: []string{"rsa-sha256"}}}}
		sig, err := New(src, Limits{}).Bytes(of(hmacOf(abi.AlgorithmRSASHA256, of(secret("k")), of("to ", "sign"), raw)), 512)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		many := of()
		for range 3 {
			many = of(many, hmacOf(abi.AlgorithmRSASHA256, of(secret("k")), of("x"), raw))
		}
		_, err = New(src, Limits{DigestBytes: 10 << 20}).Bytes(many, 4096)
		wantKind(t, err, KindTooLarge, "parts[2].digest.key")
	}
}

func TestUnusableRSAKeysAreRefused(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	der := x509.MarshalPKCS1PrivateKey(small)
	broken := append([]byte{}, der...)
	broken[200] ^= 1
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":           "",
		"no PEM":          "MIIE",
		"a certificate":   pemText("CERTIFICATE", der),
		"not DER":         pemText("RSA PRIVATE KEY", []byte("top-secret")),
		"not DER, PKCS#8": pemText("PRIVATE KEY", []byte("top-secret")),
		"another curve":   pemText("PRIVATE KEY", ec),
		"one bit turned":  pemText("RSA PRIVATE KEY", broken),
		"cut off":         pemText("RSA PRIVATE KEY", der[:len(der)-9]),
		"a giant modulus": pemText("RSA PRIVATE KEY", append([]byte{0x30, 0x82, 0x20, 0x07, 2, 1, 0, 2, 0x82, 0x20, 0}, picture(0x2000)...)),
	} {
		v := of(hmacOf(abi.AlgorithmRSASHA256, of(text), of("x"), raw))
		_, err := New(shelf{}, Limits{}).Bytes(v, 512)
		wantKind(t, err, KindBadKey, "parts[0].digest.key")
		if err != nil && strings.Contains(err.Error(), "top-secret") {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
}
