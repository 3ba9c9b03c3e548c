package value

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
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

// lowerPercent writes the digits of percent escapes in lower case.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// escapes are what texts go through on their way into an answer and back, in any order.
var escapes = map[string]func(string) string{
	//attack-each:secrets-masked
	"percent":          url.QueryEscape,
	"percent, path":    url.PathEscape,
	"percent, lower":   func(s string) string { return lowerPercent(url.QueryEscape(s)) },
	"percent, all":     func(s string) string { return each(s, "%%%02X") },
	"JSON":             func(s string) string { b, _ := json.Marshal(s); return string(b[1 : len(b)-1]) },
	"JSON with \\/":    func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	"JSON, all":        func(s string) string { return eachUnit(s, `\u%04x`) },
	"JavaScript":       func(s string) string { return eachUnit(s, "%%u%04X") },
	"JavaScript bytes": func(s string) string { return each(s, `\x%02x`) },
	"HTML":             html.EscapeString,
	"HTML, decimal":    func(s string) string { return eachRune(s, "&#%d;") },
	"HTML, hex":        func(s string) string { return eachRune(s, "&#x%X;") },
	"upper case":       ascii(func(c byte) byte { return bytes.ToUpper([]byte{c})[0] }),
	"lower case":       ascii(func(c byte) byte { return bytes.ToLower([]byte{c})[0] }),
	"as it is":         func(s string) string { return s },
}

func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func eachRune(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func eachUnit(s, format string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, format, u)
	}
	return b.String()
}

func ascii(f func(byte) byte) func(string) string {
	return func(s string) string {
		b := []byte(s)
		for i, c := range b {
			if c < 0x80 {
				b[i] = f(c)
			}
		}
		return string(b)
	}
}

// encodings are what an echo of a secret may be written in.
var encodings = map[string]func(string) string{
	//attack-each:secrets-masked
	"plain":           func(s string) string { return s },
	"hex":             func(s string) string { return hex.EncodeToString([]byte(s)) },
	"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 for URLs": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 in lines": func(s string) string {
		var b strings.Builder
		for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString([]byte(s))), 7) {
			b.WriteString(string(line) + "\r\n ")
		}
		return b.String()
	},
	"Basic credentials": func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s + "!")) },
}

func backslashesAll(escape string) int {
	if escape == "JSON, all" || escape == "JavaScript bytes" {
		return 1
	}
	return 0
}

// leftOf says how many characters of an encoding may stay: those that its neighbours have a part in.
var leftOf = map[string]int{"base64": 2, "base64 for URLs": 2, "base64 in lines": 2, "Basic credentials": 10}

// TestANaturalEchoIsMaskedHoweverItIsEscaped writes secrets in each encoding, and escapes that by each three of the ways.
//
//attacks:encodings
//attacks:escapes
func TestANaturalEchoIsMaskedHoweverItIsEscaped(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{`s3cr+t/"Key 密<&>'=`, "0123456789abcdef0123456789ABCDEF", `a\b%41&amp;c𝕊\u0041==`, "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"} {
		m := NewMask([]byte(secret))
		for encoding, encode := range encodings {
			for one, first := range escapes {
				for two, second := range escapes {
					for _, three := range []string{"as it is", "percent", "JSON", "HTML"} {
						third := escapes[three]
						if backslashesAll(one)+backslashesAll(two)+backslashesAll(three) > 1 {
							continue // whoever writes "a" as \u0061 twice hides something
						}
						echo := third(second(first(encode(secret))))
						got := m.String(`{"msg": "` + echo + `"}`)
						rest := strings.TrimSuffix(strings.TrimPrefix(got, `{"msg": "`), `"}`)
						left := canonical(make([]byte, len(rest)), []byte(strings.ReplaceAll(rest, Masked, "")), nil)
						if !strings.Contains(rest, Masked) || len(left) > leftOf[encoding] {
							t.Fatalf("%s as %s, %s, %s, %s: %q becomes %q", secret, encoding, one, two, three, echo, got)
						}
					}
				}
			}
		}
	}
}

func TestMaskLeavesWhatIsNoSecret(t *testing.T) {
	t.Parallel()
	m := NewMask([]byte("S3CRET-key"), []byte("1990-tok"))
	for _, text := range []string{
		"", "S3CRET", "s3cret-kez", `{"a": "\u0041", "b": "&amp;&lt;", "c": "%25%"}`, "%", `\`, "&", "&;", `\u12`, "%u", "&#x110000;", strings.Repeat("%25", 1000), strings.Repeat("&amp;", 100),
	} {
		if got := m.String(text); got != text {
			t.Errorf("%q becomes %q", text, got)
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
