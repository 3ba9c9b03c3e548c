package terminal

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostile texts, with what is left of them. All are to look like another text.
var hostile = []struct{ name, text, want string }{
	//attack-each:supply-text
	{"clearing the screen", "a\x1b[2J", "a\ufffd[2J"},
	{"an escape of one character", "a\u009b2J", "a\ufffd2J"},
	{"the same escape as a bare byte", "a\x9b2J", "a\ufffd2J"},
	{"a title, which some terminals read back as input", "\x1b]0;x\x07", "\ufffd]0;x\ufffd"},
	{"writing over the line", "refused\rinstalled", "refused\ufffdinstalled"},
	{"a line of its own", "refused\ninstalled", "refused installed"},
	{"a line of its own as Unicode has it", "refused\u2028installed\u2029\u0085", "refused\ufffdinstalled\ufffd\ufffd"},
	{"backspaces", "bad\b\b\bgood", "bad\ufffd\ufffd\ufffdgood"},
	{"writing from right to left", "a\u202ed\u202c", "a\ufffdd\ufffd"},
	{"an isolate", "a\u2066d\u2069", "a\ufffdd\ufffd"},
	{"marks of direction", "a\u200e\u200f\u061c", "a\ufffd\ufffd\ufffd"},
	{"characters without width", "a\u200b\u200c\u200d\ufeff\u2060\u00ad", "a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd"},
	{"letters that show as nothing", "a\u3164\u115f", "a\ufffd\ufffd"},
	{"tags that show as nothing", "a\U000e0041", "a\ufffd"},
	{"half a surrogate", "a\xed\xa0\x80", "a\ufffd\ufffd\ufffd"},
	//attack-each:
	{"a name of a person", "张三·古丽 é 𠮷\ue000\U00032000", "张三·古丽 é 𠮷\ue000\U00032000"},
}

//attacks:hostile
func TestCleanLeavesWhatPeopleSee(t *testing.T) {
	t.Parallel()
	for _, tt := range hostile {
		if got := Clean(tt.text); got != tt.want {
			t.Errorf("%s: got %+q, want %+q", tt.name, got, tt.want)
		}
		if got, want := Visible(tt.text), tt.text == tt.want; got != want {
			t.Errorf("%s: visible: %v", tt.name, got)
		}
	}
}

func TestWriterCleansWhateverTheWritesAre(t *testing.T) {
	t.Parallel()
	for _, tt := range hostile {
		want := tt.want
		if strings.Contains(tt.text, "\n") {
			want = tt.text // the writer keeps lines
		}
		for size := 1; size <= len(tt.text); size++ {
			var out bytes.Buffer
			w := NewWriter(&out)
			for rest := tt.text; rest != ""; {
				n := min(size, len(rest))
				if wrote, err := w.Write([]byte(rest[:n])); wrote != n || err != nil {
					t.Fatal(wrote, err)
				}
				rest = rest[n:]
			}
			if out.String() != want {
				t.Errorf("%s, %d bytes at a time: got %+q, want %+q", tt.name, size, out.String(), want)
			}
		}
	}
}

func TestJSONWriterKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	for _, tt := range hostile {
		var out bytes.Buffer
		text := strings.ToValidUTF8(tt.text, "?")
		if err := json.NewEncoder(NewJSONWriter(&out)).Encode(text); err != nil {
			t.Fatal(err)
		}
		if line := strings.TrimSuffix(out.String(), "\n"); !Visible(line) {
			t.Errorf("%s: wrote %+q", tt.name, line)
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != text {
			t.Errorf("%s: got %+q, %v, want %+q", tt.name, back, err, text)
		}
	}
}

func TestWriterReturnsTheErrorBehindIt(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	_ = r.Close() // so that writes fail
	if n, err := NewWriter(w).Write([]byte("a")); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
}

func FuzzClean(f *testing.F) {
	for _, tt := range hostile {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || Clean(got) != got {
			t.Fatalf("%+q", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf) {
				t.Fatalf("%+q has %U", got, r)
			}
		}
	})
}
