package jsonpointer_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

func TestJoinAndSplitAreInverse(t *testing.T) {
	t.Parallel()
	for want, names := range map[string][]string{
		"":              nil,
		"/":             {""},
		"/a/0":          {"a", "0"},
		"/a~1b/~0~01/ ": {"a/b", "~~1", " "},
		"//~1/":         {"", "/", ""},
		"/~01":          {"~1"},
	} {
		got := jsonpointer.Join("", names...)
		if got != want || !slices.Equal(jsonpointer.Split(got), names) {
			t.Errorf("Join of %q: %q, want %q; Split of that: %q", names, got, want, jsonpointer.Split(got))
		}
		if err := jsonpointer.Validate(got); err != nil {
			t.Errorf("Validate of %q: %v", got, err)
		}
		var appended []byte
		for _, name := range names {
			appended = jsonpointer.AppendEscaped(append(appended, '/'), []byte(name))
		}
		if string(appended) != want {
			t.Errorf("AppendEscaped of %q: %q, want %q", names, appended, want)
		}
	}
	if got := jsonpointer.Join("/a", "b/c"); got != "/a/b~1c" {
		t.Errorf("Join below a pointer: %q", got)
	}
}

func TestValidateRejects(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"a":       jsonpointer.ErrNoSlash,
		"~":       jsonpointer.ErrNoSlash,
		"/~":      jsonpointer.ErrEscape,
		"/a~2":    jsonpointer.ErrEscape,
		"/~0~/b":  jsonpointer.ErrEscape,
		"/~1/~00": nil,
	} {
		if err := jsonpointer.Validate(text); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func FuzzSplitReadsWhatJoinWrites(f *testing.F) {
	f.Add("a/b", "~1~0")
	f.Fuzz(func(t *testing.T, first, second string) {
		names := []string{first, second}
		pointer := jsonpointer.Join("", names...)
		if got := jsonpointer.Split(pointer); !slices.Equal(got, names) || jsonpointer.Validate(pointer) != nil {
			t.Errorf("%q: %q, want %q", pointer, got, names)
		}
	})
}
