package declarative

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// FuzzLoad loads any file, and runs what it makes: neither may panic, and a file is either right or has problems with places.
func FuzzLoad(f *testing.F) {
	for _, path := range files(f) {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), `{"code": 0, "data": {"name": {"text": "x", "polygon": [1, 2, 3, 4, 5, 6]}}}`)
	}
	f.Add(head+tail, `{"name": "x"}`)
	f.Fuzz(func(t *testing.T, text, body string) {
		p, err := load("x", []byte(text), nil)
		if (p == nil) != (err != nil) {
			t.Fatalf("%v, %v", p, err)
		}
		if err != nil {
			return
		}
		for _, in := range []*abi.StepRequest{
			{Start: &abi.Start{}},
			{Start: &abi.Start{Picture: &abi.PictureInfo{URL: "https://p.example/"}}, Context: &abi.Context{Secrets: []string{"key"}}},
			{Response: answerOf(body)},
			{Response: &abi.Response{State: []byte(body)}},
		} {
			a, err := p.step(in)
			if err == nil && a.Exchange == nil && a.Done == nil && a.Fail == nil {
				t.Errorf("%+v gives no action", in)
			}
			if err == nil && len(a.AppendWire(nil)) > abi.MaxMessageBytes {
				t.Error("the action is larger than a message may be")
			}
		}
	})
}

func answerOf(body string) *abi.Response {
	flat, err := leaf.Flatten("", []byte(body), leaf.Options{})
	if err != nil {
		return new(abi.Response)
	}
	return &abi.Response{Status: 200, Format: flat.Format, Leaves: flat.Leaves}
}

func TestAStateOfAnotherProviderIsRefused(t *testing.T) {
	p, err := load("x", []byte(head+"before: {name: a, request: {path: /t}}\n"+tail), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, state := range map[string]string{
		"too short":                   "\x00",
		"a step that is not there":    "\x09\x00\x00",
		"a text that is not all here": "\x00\x00\x01\x05ab",
		"a count that is not true":    "\x00\x00\xff\x7f",
		"no start":                    "\x00\x00\x00\xff\xff",
	} {
		if a, err := p.step(&abi.StepRequest{Response: &abi.Response{State: []byte(state)}}); err == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestAnActionThatWouldBeTooLargeIsRefused(t *testing.T) {
	p, err := load("x", []byte(head+"request: {path: /a, raw: ["+strings.Repeat("{option: o}, ", 9000)+"x]}\ncard: {fields: {name: /name}}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	in := &abi.StepRequest{Start: &abi.Start{Options: []abi.Leaf{{Path: "/o", Value: strings.Repeat("x", 4096)}}}}
	if _, err := p.step(in); !errors.Is(err, errTooLarge) {
		t.Errorf("the error is %v", err)
	}
}
