package sdktest_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestEvaluate(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{"app_key": "id", "app_secret": "key"}
	picture, leaf := []byte("\xff\xd8"), []byte("a long text")
	for name, tt := range map[string]struct {
		value sdk.Value
		want  string
	}{
		"a text and a secret": {sdk.Join(sdk.Text("APPCODE "), sdk.Secret("app_key")), "APPCODE id"},
		"the picture":         {sdk.Image(sdk.Base64Percent), "%2F9g%3D"},
		"another blob":        {sdk.Blob(1, sdk.Raw), "a long text"},
		// HMAC-SHA256 of this text with the key "key", as openssl computes it.
		"a signature": {
			sdk.HMAC(sdk.SHA256, sdk.Hex, sdk.Secret("app_secret"), sdk.Text("The quick brown fox jumps over the lazy dog")),
			"f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
		},
	} {
		if got := sdktest.Evaluate(t, tt.value, secrets, picture, leaf); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
