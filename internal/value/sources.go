package value

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Sources gives an Evaluator what trees refer to. What it returns must not change as long as a Stream made from it is in
// use. It is called from the goroutine that uses the Evaluator.
type Sources interface {
	// Secret returns a secret that is configured or was captured.
	Secret(name string) (Secret, bool)
	// Blob returns the raw bytes behind a handle: the picture of the call (0), a long leaf, a large inbound field.
	Blob(handle uint32) ([]byte, bool)
}

// Secret is a secret and where it may be used.
type Secret struct {
	Text []byte
	// Uses are those of its manifest entry: [UsePlain] for standing outside every digest; for standing in the key or data
	// of a digest that digest's name (the innermost one counts): "md5", "sha1", "sha256", "sha512", "sm3", each of
	// them with "hmac-" in front where there is a key, and "rsa-sha256".
	Uses []string
}

// UsePlain is the use of a secret that is sent as it is.
const UsePlain = "plain"

// lookup fetches a secret for a use.
func lookup(src Sources, name, use string) ([]byte, error) {
	s, ok := src.Secret(name)
	if !ok {
		return nil, &Error{Kind: KindUnknownSecret, Secret: name, Reason: "it is neither configured nor captured yet"}
	}
	if !slices.Contains(s.Uses, use) {
		return nil, &Error{
			Kind: KindSecretUseDenied, Secret: name, Use: use,
			Reason: "its entry in the manifest would have to list the use \"" + use + "\"",
		}
	}
	return s.Text, nil
}

// useName names a digest, or returns "" for an algorithm this host does not know.
func useName(a abi.Algorithm, keyed bool) string {
	plain, hmac := "", ""
	switch a {
	case abi.AlgorithmMD5:
		plain, hmac = "md5", "hmac-md5"
	case abi.AlgorithmSHA1:
		plain, hmac = "sha1", "hmac-sha1"
	case abi.AlgorithmSHA256:
		plain, hmac = "sha256", "hmac-sha256"
	case abi.AlgorithmSHA512:
		plain, hmac = "sha512", "hmac-sha512"
	case abi.AlgorithmSM3:
		plain, hmac = "sm3", "hmac-sm3"
	case abi.AlgorithmRSASHA256:
		plain, hmac = "rsa-sha256", "rsa-sha256"
	}
	if keyed {
		return hmac
	}
	return plain
}
