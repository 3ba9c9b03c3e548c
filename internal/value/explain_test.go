package value

import (
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func TestExplainNamesWhatItDoesNotShow(t *testing.T) {
	v := of("AK=", secret("app_key"), "&i=", image(abi.EncodingBase64Percent), blob(4, raw), "\xff\xfe",
		hmacOf(abi.AlgorithmSHA256, of("TC3", secret("app_secret")), of(digest(abi.AlgorithmMD5, of(theBody()), b64), "\n/p"), hex32),
		digest(99, nil, raw), abi.Part{})
	want := "AK={secret:app_key}&i={image:base64_percent}{blob 4:raw}{2 bytes}" +
		"{hmac-sha256:hex key=TC3{secret:app_secret} data={md5:base64 data={body}}\n/p}" +
		"{unknown algorithm:raw data=}{unknown part}"
	if got := Explain(v); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := Explain(nil); got != "" {
		t.Errorf("nil gives %q", got)
	}
}

func TestExplainEndsOnAnyTree(t *testing.T) {
	loop := &abi.Value{}
	loop.Parts = []abi.Part{digest(1, loop, hex32), digest(1, loop, hex32)}
	long := of(strings.Repeat("长", maxExplainBytes), "x")
	for name, v := range map[string]*abi.Value{"a tree that holds itself twice": loop, "a long literal": long} {
		if got := Explain(v); len(got) > 2*maxExplainBytes || !strings.Contains(got, "…") {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
}
