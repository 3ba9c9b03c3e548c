package sdktest_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestExtras(t *testing.T) {
	t.Parallel()
	r := sdktest.Answer(t, 200, nil, `{"name": "样本", "age": 36, "quality": {"score": 0.9, "note": ""}, "tags": [], "gone": null, "name2": true}`)
	want := []sdk.Extra{{Name: "age", Value: "36"}, {Name: "quality/score", Value: "0.9"}, {Name: "name2", Value: "true"}}
	if diff := cmp.Diff(want, r.Extras("name")); diff != "" {
		t.Error(diff)
	}
}

func TestRetryAfterMillis(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]uint32{"2": 2000, " 30 ": 30_000, "": 0, "-1": 0, "99999999": 0, "Wed, 21 Oct 2026 07:28:00 GMT": 0} {
		r := sdktest.Answer(t, 429, http.Header{"Retry-After": {said}}, "")
		if got := r.RetryAfterMillis(); got != want {
			t.Errorf("%q is %d ms", said, got)
		}
		if f := sdk.NoAnswer(r, "code"); f.RetryAfterMs != want || f.Kind != sdk.RateLimited {
			t.Errorf("%q makes %+v", said, f)
		}
	}
}

// FlattenJSON must make of a text what the host makes of a body.
func FuzzFlattenJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"\u00e9\ud83d\ude00"}],"a":null}`, `[{},[],true,false,-0.1e+5]`, `"\ud83d"`, `{"a":1,"b":{"c":2},"b":3}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := sdk.FlattenJSON(text)
		answer, err := leaf.Flatten("application/json", []byte(text), leaf.Options{MaxInline: 1 << 20})
		if err != nil {
			return // a limit
		}
		if ok != (answer.Format == abi.BodyFormatJSON) {
			t.Fatalf("ok is %v, the host says %v", ok, answer.Format)
		}
		if diff := cmp.Diff(sdk.Leaves(answer.Leaves), got); ok && diff != "" {
			t.Error(diff)
		}
	})
}
