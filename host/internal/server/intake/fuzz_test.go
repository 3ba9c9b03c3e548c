package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
)

// FuzzReadAgreesWithEncodingJSON compares what this package and encoding/json read from a body.
func FuzzReadAgreesWithEncodingJSON(f *testing.F) {
	for _, seed := range []string{
		`{"image_base64":"aGk=","side":"front"}`, ` { "image_base64" : "\u0061Gk\u003d" , "extras" : ["a\"]}", "b"] } `, `{"image_base64":"aGk=","options":{"a":{"b":[1,2,"}"]}}}`,
		`{"image_base64":"aGk=","fetch":true}`, `{"image_base64":null,"route":"x"}`, `{"image_base64":"aGk=",}`, `{,}`, `{"image_base64":"aGk=" "a":1}`, `{"image_base64":"aGk=","labels":[}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := read(post("", "application/json", bytes.NewReader(body)))
		if err != nil {
			var wrong *intake.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		var want struct {
			Image []byte         `json:"image_base64"`
			Route string         `json:"route"`
			Side  *engine.Side   `json:"side"`
			Extra []string       `json:"extras"`
			Opts  map[string]any `json:"options"`
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			if bytes.ContainsAny(body, "\r\n") || bytes.Contains(body, []byte("data:")) {
				return // base64 may be broken into lines, and may stand in a data URL
			}
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		if got.Bytes() != nil && len(want.Image) > 0 && !bytes.Equal(got.Bytes(), want.Image) || got.Request.Route != want.Route {
			t.Errorf("got %q and %q, want %q and %q", got.Bytes(), got.Request.Route, want.Image, want.Route)
		}
		if diff := cmp.Diff(want.Opts, got.Request.Options, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
