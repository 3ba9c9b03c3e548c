package distribution

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

const sum = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// good returns the manifest of an artifact with a signed module.
const good = `{"schemaVersion": 2, "artifactType": "application/vnd.ocrmux.plugin.v1",
 "config": {"mediaType": "application/vnd.ocrmux.plugin.manifest.v1+json", "digest": "` + sum + `", "size": 100},
 "layers": [{"mediaType": "application/vnd.ocrmux.plugin.module.v1+wasm", "digest": "` + sum + `", "size": 1000},
  {"mediaType": "application/vnd.ocrmux.plugin.signature.v1+json", "digest": "` + sum + `", "size": 10}]}`

func TestParseChecksFormAndSizes(t *testing.T) {
	t.Parallel()
	if c, err := parse([]byte(good)); err != nil || c.code.Size != 1000 || c.signature.Size != 10 {
		t.Errorf("got %+v, %v", c, err)
	}
	for _, tt := range []struct{ name, old, new, says string }{
		{"another artifact", "vnd.ocrmux.plugin.v1", "vnd.example.chart.v1", "it is not a plugin"},
		{"another config", "plugin.manifest.v1+json", "image.config.v1+json", "it is not a plugin"},
		{"a layer of a later version", "module.v1+wasm", "module.v2+wasm", "upgrade ocrmux"},
		{"a second layer that is no signature", "signature.v1", "picture.v1", "not a signature"},
		{"a module that is too large", `"size": 1000`, `"size": 536870913`, "536870913 bytes"},
		{"a module of negative size", `"size": 1000`, `"size": -1`, "-1 bytes"},
		{"a manifest that is too large", `"size": 100}`, `"size": 262145}`, "the limit is 262144"},
		{"a signature that is too large", `"size": 10}`, `"size": 16385}`, "the limit is 16384"},
		{"no layers", good[strings.Index(good, `"layers"`):], `"layers": []}`, "0 layers"},
		{"no JSON", "{", "", "not JSON"},
	} {
		text := strings.Replace(good, tt.old, tt.new, 1)
		if _, err := parse([]byte(text)); text == good || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want …%s…", tt.name, err, tt.says)
		}
	}
}

func TestParseReferenceRequiresATagOrDigest(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"registry.example/ocr/x:1.0.0", "localhost:5000/x:1", "registry.example/x@" + sum, "registry.example/x:1@" + sum, "[::1]:5000/x:1"} {
		r, err := ParseReference(s)
		if err != nil || r.String() != s {
			t.Errorf("%s: %v, %v", s, r, err)
		}
	}
	for _, s := range []string{"", "x", "x:1", "registry.example/x", "registry.example/X:1", "registry.example/../x:1", "registry.example/x:1@sha256:12", "registry.example/x@md5:d41d8cd98f00b204e9800998ecf8427e", "https://registry.example/x:1", "registry.example/x:a b"} {
		if r, err := ParseReference(s); err == nil {
			t.Errorf("%q was read as %+v", s, r)
		}
	}
}

func TestDetectPlatformReadsTheHeader(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile(os.Args[0]) // the test program
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := DetectPlatform(code); !ok || p != Here() {
		t.Errorf("this test runs on %s, %v; want %s", p, ok, Here())
	}
	for name, code := range map[string]string{"nothing": "", "a script": "#!/bin/sh\n", "half a header": string(code[:20])} {
		if p, ok := DetectPlatform([]byte(code)); ok {
			t.Errorf("%s runs on %s", name, p)
		}
	}
	for _, s := range []string{"", "linux", "linux/", "/amd64", "linux/amd64/v8", "Linux/amd64", "linux/arm 64"} {
		if p, err := ParsePlatform(s); err == nil {
			t.Errorf("%q was read as %s", s, p)
		}
	}
}

func TestOpenAllowsPlainHTTPOnlyForThisMachine(t *testing.T) {
	t.Parallel()
	for registry, want := range map[string]bool{
		"localhost": true, "localhost:5000": true, "127.0.0.1:5000": true, "[::1]:5000": true,
		"registry.example": false, "10.0.0.1:5000": false, "localhost.example:5000": false, "127.0.0.1.example": false,
	} {
		if got := loopback(registry); got != want {
			t.Errorf("%s: %v", registry, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"layers": [null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parse(text)
		if err != nil {
			return
		}
		for _, d := range []ocispec.Descriptor{c.config, c.code, c.signature} {
			if d.Size < 0 || d.Size > maxPluginBytes {
				t.Errorf("%d bytes", d.Size)
			}
		}
		if _, err := platformOf(text); err == nil && !json.Valid(text) {
			t.Error("what is no JSON has a platform")
		}
	})
}

func FuzzParseReference(f *testing.F) {
	f.Add("registry.example/ocr/x:1.0.0@" + sum)
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseReference(s)
		if err != nil {
			return
		}
		again, err := ParseReference(r.String())
		if err != nil || again != r {
			t.Errorf("%q is %+v, and that is %+v: %v", s, r, again, err)
		}
	})
}
