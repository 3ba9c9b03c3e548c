package imaging

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEncodingSizeIsExact(t *testing.T) {
	noise := rand.New(rand.NewPCG(3, 4))
	for n := range 700 {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(noise.Uint32())
			if n%3 == 0 {
				data[i] |= 0xF0 // more of the two characters that are escaped
			}
		}
		text := base64.StdEncoding.EncodeToString(data)
		for encoding, want := range map[Encoding]int{
			EncodingRaw: n, EncodingBase64: len(text), EncodingBase64Percent: len(url.QueryEscape(text)),
		} {
			if got := EncodedSize(encoding, data); got != int64(want) {
				t.Fatalf("%d bytes as %q: got %d, want %d", n, encoding, got, want)
			}
			if !certainlyFits(encoding, int64(n), 3*int64(len(text))) {
				t.Fatalf("%d bytes as %q do not fit in three times their base64", n, encoding)
			}
			if most := mostRaw(encoding, int64(want)); most < int64(n) {
				t.Fatalf("%d bytes as %q: they fit in %d, but mostRaw says %d", n, encoding, want, most)
			}
		}
	}
}

func TestCheckNamesTheFirstLimitBroken(t *testing.T) {
	info := Info{Format: JPG, Width: 300, Height: 200, Size: 9}
	ones := bytes.Repeat([]byte{0xFF}, 9) // sixteen slashes less four: twelve characters, each escaped
	tests := map[string]struct {
		limits Limits
		want   *LimitError
		text   string
	}{
		"no limits at all":    {Limits{}, nil, ""},
		"everything in limit": {Limits{Formats: []Format{PNG, JPG}, MinSide: 200, MaxSide: 300, MaxBytes: 9, MaxEncodedBytes: 36, Encoding: EncodingBase64Percent}, nil, ""},
		"a format that is not accepted": {Limits{Formats: []Format{PNG, BMP}},
			&LimitError{Limit: LimitFormats, Format: JPG, Formats: []Format{PNG, BMP}},
			"imaging: formats: the picture is jpg, accepted are png, bmp"},
		"a side too short": {Limits{MinSide: 201},
			&LimitError{Limit: LimitMinSide, Value: 200, Allowed: 201},
			"imaging: min_side: the shortest side is 200 px, at least 201 px are needed"},
		"a side too long": {Limits{MaxSide: 299},
			&LimitError{Limit: LimitMaxSide, Value: 300, Allowed: 299},
			"imaging: max_side: the longest side is 300 px, at most 299 px are allowed"},
		"a file too large": {Limits{MaxBytes: 8},
			&LimitError{Limit: LimitMaxBytes, Value: 9, Allowed: 8},
			"imaging: max_bytes: the picture is 9 bytes, at most 8 are allowed"},
		"too large without an encoding": {Limits{MaxEncodedBytes: 8},
			&LimitError{Limit: LimitMaxEncodedBytes, Value: 9, Allowed: 8, Encoding: EncodingRaw},
			"imaging: max_encoded_bytes: sent as raw the picture is 9 bytes, at most 8 are allowed"},
		"too large as base64": {Limits{MaxEncodedBytes: 11, Encoding: EncodingBase64},
			&LimitError{Limit: LimitMaxEncodedBytes, Value: 12, Allowed: 11, Encoding: EncodingBase64},
			"imaging: max_encoded_bytes: sent as base64 the picture is 12 bytes, at most 11 are allowed"},
		"too large once percent-encoded": {Limits{MaxEncodedBytes: 35, Encoding: EncodingBase64Percent},
			&LimitError{Limit: LimitMaxEncodedBytes, Value: 36, Allowed: 35, Encoding: EncodingBase64Percent},
			"imaging: max_encoded_bytes: sent as base64_percent the picture is 36 bytes, at most 35 are allowed"},
		"advice is never a reason to refuse": {Limits{Soft: true, MaxBytes: 1, MaxSide: 1, Formats: []Format{PNG}}, nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := test.limits.Check(info, ones)
			var got *LimitError
			if errors.As(err, &got); !cmp.Equal(test.want, got) {
				t.Fatalf("error (-want +got):\n%s", cmp.Diff(test.want, got))
			}
			if err != nil && err.Error() != test.text {
				t.Errorf("text %q, want %q", err, test.text)
			}
		})
	}
}

func BenchmarkEncodingSize(b *testing.B) {
	data := make([]byte, 500<<10)
	noise := rand.New(rand.NewPCG(5, 6))
	for i := range data {
		data[i] = byte(noise.Uint32())
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		EncodedSize(EncodingBase64Percent, data)
	}
}
