package value

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestASecretIsMaskedInEveryForm(t *testing.T) {
	const text = `s3cr+t/"Key 密`
	m := NewMask([]byte(text), []byte("\n"), nil)
	inJSON, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	std, web := base64.StdEncoding, base64.URLEncoding
	for name, form := range map[string]string{
		"as it is":                  text,
		"in JSON":                   strings.Trim(string(inJSON), `"`)[:5] + strings.Trim(string(inJSON), `"`)[5:],
		"percent-encoded, form":     url.QueryEscape(text),
		"percent-encoded, path":     url.PathEscape(text),
		"percent-encoded, lower":    lowerPercent(url.QueryEscape(text)),
		"hexadecimal":               hex.EncodeToString([]byte(text)),
		"hexadecimal, upper":        strings.ToUpper(hex.EncodeToString([]byte(text))),
		"base64":                    std.EncodeToString([]byte(text)),
		"base64 without padding":    base64.RawStdEncoding.EncodeToString([]byte(text)),
		"base64 for URLs":           web.EncodeToString([]byte(text)),
		"base64 in a form":          url.QueryEscape(std.EncodeToString([]byte(text))),
		"with a line break after":   text + "\n",
		"twice":                     text + " " + text,
		"in the middle of a base64": std.EncodeToString([]byte("user:" + text)),
	} {
		got := m.String("before " + form + " after")
		if !strings.Contains(got, Masked) || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: %q", name, got)
		}
		if strings.Contains(got, form) {
			t.Errorf("%s: the secret is still there: %q", name, got)
		}
	}
	for shift := range 6 {
		whole := std.EncodeToString([]byte(strings.Repeat("u", shift) + text + strings.Repeat("v", 9)))
		if got := m.String(whole); len(got) > len(whole)-len(text) {
			t.Errorf("base64 after %d bytes: %q of %q", shift, got, whole)
		}
	}
}

func TestAShortSecretIsMaskedOnlyAsItIs(t *testing.T) {
	m := NewMask([]byte("ab12"))
	in := "ab12 " + hex.EncodeToString([]byte("ab12"))
	if got := m.String(in); got != "*** 61623132" {
		t.Errorf("%q", got)
	}
}

func TestOverlappingSecretsLeaveNothing(t *testing.T) {
	m := NewMask([]byte("abcdef"), []byte("defghi"), []byte("aaa"), []byte("bcd"))
	for in, want := range map[string]string{
		"xabcdefghix": "x***x", "aaaaa": "***", "abcdefabcdef": "******", "abcd": "a***", "none": "none", "": "",
	} {
		if got := m.String(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestATextWithoutSecretsIsNotCopied(t *testing.T) {
	in := []byte("nothing here")
	for _, m := range []Mask{{}, NewMask([]byte("secret"))} {
		if got := m.Bytes(in); &got[0] != &in[0] {
			t.Error("copied")
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add([]byte("secret"), []byte("other"), []byte("a secret and others"))
	f.Add([]byte("aaa"), []byte("aa"), []byte("aaaaaaaa"))
	f.Fuzz(func(t *testing.T, a, b, text []byte) {
		before := bytes.Clone(text)
		got := NewMask(a, b).Bytes(text)
		if !bytes.Equal(before, text) {
			t.Fatal("the text was changed")
		}
		for _, s := range [][]byte{a, b} {
			for _, rest := range bytes.Split(got, []byte(Masked)) {
				if len(s) > 0 && !bytes.Contains(s, []byte("*")) && bytes.Contains(rest, s) {
					t.Fatalf("%q still holds %q", got, s)
				}
			}
		}
	})
}
