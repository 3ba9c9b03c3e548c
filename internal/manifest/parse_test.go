package manifest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
)

func good(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/good.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAGoodManifestIsReadAndValid(t *testing.T) {
	d, err := manifest.Parse(good(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := manifest.Validate(d); err != nil {
		t.Error(err)
	}
	if d.Documents[0].Sides[1] != abi.SideBack || d.Images.Encoding != abi.EncodingBase64Percent || d.FreeCalls != 5 {
		t.Errorf("read as %+v", d)
	}

	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := manifest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var want, have bytes.Buffer
	json.Compact(&want, d.ConfigSchema)
	json.Compact(&have, again.ConfigSchema)
	d.ConfigSchema, again.ConfigSchema = want.Bytes(), have.Bytes()
	if diff := cmp.Diff(d, again); diff != "" {
		t.Errorf("what is written is not what was read: %s", diff)
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	tests := []struct {
		name, text, path, reason string
	}{
		{"a key the contract does not have", `{"name":"x","sizes":1}`, "sizes", "no such key"},
		{"a key in the wrong case", `{"Name":"x"}`, "Name", "no such key"},
		{"a key the contract does not have, further down", `{"documents":[{},{"sidez":[]}]}`, "documents[1].sidez", "no such key"},
		{"a key that is there twice", `{"images":{"soft":true,"soft":false}}`, "images.soft", "twice"},
		{"a name that is none of the enumeration", `{"images":{"formats":["jpg","gif"]}}`, "images.formats[1]", `"gif" is no ImageFormat`},
		{"a number where a name of an enumeration belongs", `{"images":{"encoding":1}}`, "images.encoding", "name of Encoding"},
		{"a number where a text belongs", `{"version":1}`, "version", "a string"},
		{"a text where a number belongs", `{"free_calls":"5"}`, "free_calls", "whole number"},
		{"a fraction where a whole number belongs", `{"free_calls":1.5}`, "free_calls", "whole number"},
		{"a number that is too large", `{"abi":{"major":4294967296}}`, "abi.major", "32 bits"},
		{"a text where a truth value belongs", `{"images":{"soft":"yes"}}`, "images.soft", "true or false"},
		{"an object where a list belongs", `{"hosts":{}}`, "hosts", "an array"},
		{"a list where an object belongs", `{"abi":[]}`, "abi", "an object"},
		{"null where an object belongs", `{"abi":null}`, "abi", "an object"},
		{"a list at the top", `[]`, "", "an object"},
		{"nothing", ``, "", "ends too early"},
		{"a text that is cut off", `{"hosts":["https://a`, "hosts[0]", "ends too early"},
		{"a schema that is cut off", `{"config_schema":{"type"`, "config_schema", "ends too early"},
		{"no JSON", `name: x`, "", "not JSON"},
		{"something after the object", `{} {}`, "", "follows"},
		{"a manifest that is too large", `{"description":"` + strings.Repeat("x", abi.MaxManifestBytes) + `"}`, "", "at most 262144"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := manifest.Parse([]byte(tt.text))
			var e *manifest.ParseError
			if !errors.As(err, &e) {
				t.Fatalf("error is %v", err)
			}
			if e.Path != tt.path || !strings.Contains(err.Error(), tt.reason) || !strings.Contains(err.Error(), tt.path) {
				t.Errorf("error is %q at %q, want %q at %q", err, e.Path, tt.reason, tt.path)
			}
		})
	}
}

func TestAManifestOfAnotherVersionSaysSoInsteadOfBlamingAKey(t *testing.T) {
	for _, text := range []string{
		`{"name":"x","abi":{"major":2},"novelty":1}`,
		`{"name":"x","novelty":1,"abi":{"major":1,"minor":9}}`,
		`{"name":"x","novelty":1,"abi":{"major":1},"features":["novelty"]}`,
	} {
		_, err := manifest.Parse([]byte(text))
		var e *manifest.VersionError
		if !errors.As(err, &e) || e.Upgrade != manifest.UpgradeHost || e.Provider != "x" {
			t.Errorf("error is %v", err)
		}
	}
}

// differs returns a message about the ABI of provider x.
func differs(c message.Code, pairs ...any) message.Message {
	return message.New(c, append(pairs, "provider", message.New(message.PluginProvider, "name", `"x"`))...)
}

func TestCompatible(t *testing.T) {
	descriptor := func(major, minor uint32, features ...string) *abi.Descriptor {
		return &abi.Descriptor{Name: "x", ABI: &abi.ABIRange{Major: major, Minor: minor}, Features: features}
	}
	tests := []struct {
		name    string
		d       *abi.Descriptor
		upgrade manifest.Upgrade // "" if compatible
		want    message.Message
	}{
		{"the same version", descriptor(2, 3), "", message.Message{}},
		{"an older minor", descriptor(2, 0), "", message.Message{}},
		{"a feature the host has", descriptor(2, 3, "cipher"), "", message.Message{}},
		{"a newer minor", descriptor(2, 4), manifest.UpgradeHost, differs(message.PluginABIMinor, "theirs", "2.4", "ours", "2.3")},
		{"a newer major", descriptor(3, 0), manifest.UpgradeHost, differs(message.PluginABINewer, "theirs", 3, "ours", 2)},
		{"an older major", descriptor(1, 9), manifest.UpgradeProvider, differs(message.PluginABIOlder, "theirs", 1, "ours", 2)},
		{"a feature the host does not have", descriptor(2, 3, "cipher", "sorted"), manifest.UpgradeHost, differs(message.PluginABIFeatures, "features", "sorted", "ours", "2.3")},
		{"features the host does not have", descriptor(2, 0, "sorted", "time"), manifest.UpgradeHost, differs(message.PluginABIFeatures, "features", "sorted, time", "ours", "2.3")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := manifest.Compatible(tt.d, 2, 3, []string{"cipher"})
			if tt.upgrade == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *manifest.VersionError
			if !errors.As(err, &e) || e.Upgrade != tt.upgrade || !e.Message().Equal(tt.want) {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
		})
	}
	t.Run("no version at all", func(t *testing.T) {
		var p *manifest.Problem
		if err := manifest.Compatible(&abi.Descriptor{}, 1, 0, nil); !errors.As(err, &p) || p.Path != "abi.major" {
			t.Error(err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(good(f))
	f.Add([]byte(`{"config_schema":{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#"}}}}`))
	f.Add([]byte(`{"config_schema":{"x-i18n":{"zh":{"title":"a","enum":{"b":1},"secrets":{"c":[]}}},"items":[{"x-i18n":0}]}}`))
	f.Add([]byte(`{"config_schema":{"$id":"x","$anchor":"y","$dynamicRef":"#y","pattern":"(","items":[{}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := manifest.Parse(text)
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Error("what is no JSON was read as a manifest")
		}
		_ = manifest.Validate(d)
	})
}
