package sdktest

import (
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/inbound"
	"github.com/ocrmux/ocrmux/internal/value"
	"github.com/ocrmux/ocrmux/sdk"
)

// maxEvaluated is the longest result of Evaluate in bytes.
const maxEvaluated = 1 << 20

// Evaluate returns a value as the host would send it, such as a signature to compare with the vendor's example. secrets
// are the texts of the secrets by name, which may be used in any place. pictures are the bytes of [sdk.Blob] by handle;
// the first is the picture of the call. The test fails if v names anything else, contains [sdk.BodyBytes], or has more
// than 1 MiB.
func Evaluate(t testing.TB, v sdk.Value, secrets map[string]string, pictures ...[]byte) string {
	t.Helper()
	uses := []string{value.UsePlain, "rsa-sha256"}
	for _, algorithm := range []string{"md5", "sha1", "sha256", "sha512", "sm3"} {
		uses = append(uses, algorithm, "hmac-"+algorithm)
	}
	var specs []abi.SecretSpec
	for name := range secrets {
		specs = append(specs, abi.SecretSpec{Name: name, Uses: uses})
	}
	got, err := value.New(inbound.NewClient(specs, secrets, pictures), value.Limits{}).Bytes(&v, maxEvaluated)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}
