package manifest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(d *abi.Descriptor)
		path   string
		reason string
	}{
		{"a name with capitals", func(d *abi.Descriptor) { d.Name = "Example" }, "name", "must match"},
		{"a name that is too long", func(d *abi.Descriptor) { d.Name = strings.Repeat("a", 64) }, "name", "must match"},
		{"a version that is not semantic", func(d *abi.Descriptor) { d.Version = "v1.0" }, "version", "semver"},
		{"no ABI", func(d *abi.Descriptor) { d.ABI = nil }, "abi.major", "missing"},
		{"a description of two lines", func(d *abi.Descriptor) { d.Description = "a\nb" }, "description", "one line"},
		//attack-each:supply-text
		{"a description that controls a terminal", func(d *abi.Descriptor) { d.Description = "good\x1b[1A" }, "description", "visible"},
		{"a description that reads from right to left", func(d *abi.Descriptor) { d.Description = "\u202edoog" }, "description", "visible"},
		//attack-each:
		{"a homepage that is no address", func(d *abi.Descriptor) { d.Homepage = "javascript:alert(1)" }, "homepage", "http"},
		{"no documents", func(d *abi.Descriptor) { d.Documents = nil }, "documents", "at least one"},
		{"a document without a name", func(d *abi.Descriptor) { d.Documents[0].Document = "" }, "documents[0].document", "must match"},
		{"a document listed twice", func(d *abi.Descriptor) { d.Documents = append(d.Documents, d.Documents[0]) }, "documents[1].document", "twice"},
		{"an unspecified side", func(d *abi.Descriptor) { d.Documents[0].Sides[0] = abi.SideUnspecified }, "documents[0].sides[0]", "front or back"},
		{"a side listed twice", func(d *abi.Descriptor) { d.Documents[0].Sides[1] = abi.SideFront }, "documents[0].sides[1]", "once"},
		{"a field that is no name", func(d *abi.Descriptor) { d.Documents[0].Fields[0] = "姓名" }, "documents[0].fields[0]", "must match"},
		{"a field listed twice", func(d *abi.Descriptor) { d.Documents[0].Fields[1] = "name" }, "documents[0].fields[1]", "twice"},
		{"a secret without a good name", func(d *abi.Descriptor) { d.Secrets[0].Name = "app-id" }, "secrets[0].name", "must match"},
		{"a secret declared twice", func(d *abi.Descriptor) { d.Secrets[1].Name = "app_id" }, "secrets[1].name", "twice"},
		{"a secret without a use", func(d *abi.Descriptor) { d.Secrets[0].Uses = nil }, "secrets[0].uses", "at least one"},
		{"a use that is not known", func(d *abi.Descriptor) { d.Secrets[0].Uses[1] = "sha-256" }, "secrets[0].uses[1]", "hmac-sha256"},
		{"a secret's host that is not the provider's", func(d *abi.Descriptor) { d.Secrets[1].Hosts[0] = "https://other.example.com" }, "secrets[1].hosts[0]", "not among"},
		{"a secret set with an undeclared name", func(d *abi.Descriptor) { d.SecretSets[0].Names[0] = "app_key" }, "secret_sets[0].names[0]", "not declared"},
		{"a secret set with a captured secret", func(d *abi.Descriptor) { d.SecretSets[0].Names[0] = "token" }, "secret_sets[0].names[0]", "captured"},
		{"an empty secret set", func(d *abi.Descriptor) { d.SecretSets[0].Names = nil }, "secret_sets[0].names", "at least one"},
		{"a picture format that is unspecified", func(d *abi.Descriptor) { d.Images.Formats[0] = abi.ImageFormatUnspecified }, "images.formats[0]", "jpg"},
		{"a shortest side above the longest", func(d *abi.Descriptor) { d.Images.MinSide = 5000 }, "images.min_side", "max_side"},
		{"a limit after encoding without an encoding", func(d *abi.Descriptor) { d.Images.Encoding = abi.EncodingRaw }, "images.max_encoded_bytes", "encoding"},
		{"an encoding that is not known", func(d *abi.Descriptor) { d.Images.Encoding = 99 }, "images.encoding", "not known"},
		{"an input that is not known", func(d *abi.Descriptor) { d.Images.Inputs[0] = "file" }, "images.inputs[0]", "bytes, url"},
		{"a limit of addresses without addresses", func(d *abi.Descriptor) { d.Images.Inputs = []string{"bytes"} }, "images.max_url_bytes", "url"},
		{"a price that is no decimal", func(d *abi.Descriptor) { d.Prices[0].PerCall = "1e-2" }, "prices[0].per_call", "decimal"},
		{"a price without a currency", func(d *abi.Descriptor) { d.Prices[0].Currency = "yuan" }, "prices[0].currency", "ISO 4217"},
		{"a price of no calls", func(d *abi.Descriptor) { d.Prices[0].Calls = 0 }, "prices[0].calls", "at least 1"},
		{"two prices for the same package", func(d *abi.Descriptor) { d.Prices[1].Calls = 100 }, "prices[1]", "twice"},
		{"a front door without a method", func(d *abi.Descriptor) { d.FrontDoors[0].Method = "" }, "front_doors[0].method", "must match"},
		{"a front door whose path is relative", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "ocr" }, "front_doors[0].path", "'/'"},
		{"a front door whose path is a host", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "//host/x" }, "front_doors[0].path", "'/'"},
		{"a front door with a query", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "/x?y" }, "front_doors[0].path", "path only"},
		//attack-each:supply-text
		{"a front door that reads from right to left", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "/\u202excod" }, "front_doors[0].path", "ASCII"},
		{"a front door with an escape of a terminal", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "/\u009b2K" }, "front_doors[0].path", "ASCII"},
		{"a front door with a letter that looks like another", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "/\u0430pi" }, "front_doors[0].path", "ASCII"},
		{"a front door that is a pattern for every path", func(d *abi.Descriptor) { d.FrontDoors[0].Path = "/{any...}" }, "front_doors[0].path", "ASCII"},
		//attack-each:
		{"a front door that is there twice", func(d *abi.Descriptor) { d.FrontDoors = append(d.FrontDoors, d.FrontDoors[0]) }, "front_doors[1]", "twice"},
		{"a feature that is no name", func(d *abi.Descriptor) { d.Features[0] = "" }, "features[0]", "must match"},
		{"a host function that is not known", func(d *abi.Descriptor) { d.HostFunctions[0] = "exec" }, "host_functions[0]", "image_read"},
		{"a schema that is no object", func(d *abi.Descriptor) { d.ConfigSchema = []byte(`true`) }, "config_schema", "object"},
		{"a schema that is no schema", func(d *abi.Descriptor) { d.ConfigSchema = []byte(`{"type":"text"}`) }, "config_schema", "no good JSON Schema"},
		{"a schema that is no JSON", func(d *abi.Descriptor) { d.ConfigSchema = []byte(`{`) }, "config_schema", "not JSON"},
		{"a schema that refers to a file", func(d *abi.Descriptor) { d.ConfigSchema = []byte(`{"$ref":"file:///etc/hosts"}`) }, "config_schema", "only refer to itself"},
		{"a schema that refers to a neighbour", func(d *abi.Descriptor) { d.ConfigSchema = []byte(`{"$ref":"other"}`) }, "config_schema", "only refer to itself"},
		{"a schema that refers to the network", func(d *abi.Descriptor) { d.ConfigSchema = []byte(`{"$schema":"https://example.com/s"}`) }, "config_schema", "only refer to itself"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := manifest.Parse(good(t))
			if err != nil {
				t.Fatal(err)
			}
			tt.change(d)
			err = manifest.Validate(d)
			var p *manifest.Problem
			if !errors.As(err, &p) {
				t.Fatalf("error is %v", err)
			}
			if p.Path != tt.path || !strings.Contains(p.Reason, tt.reason) {
				t.Errorf("the problem is %v, want %q at %s", p, tt.reason, tt.path)
			}
		})
	}

	t.Run("all problems are told at once", func(t *testing.T) {
		err := manifest.Validate(&abi.Descriptor{})
		for _, path := range []string{"name", "version", "abi.major", "documents"} {
			if !strings.Contains(err.Error(), "manifest: "+path+": ") {
				t.Errorf("%v does not name %s", err, path)
			}
		}
	})
}

func TestOrigins(t *testing.T) {
	tests := []struct {
		origin string
		good   bool
	}{
		{"https://api.example.com", true},
		{"https://api.example.com:8443", true},
		{"https://xn--fiq228c.example", true},
		{"https://a_b.example.com", true},
		{"https://192.0.2.1", true},
		{"https://[2001:db8::1]", true},
		{"https://[2001:db8::1]:8443", true},
		{"http://api.example.com", false},
		{"http://localhost:8080", false},
		{"https://api.example.com/", false},
		{"https://api.example.com/v1", false},
		{"https://api.example.com?x", false},
		{"https://api.example.com#x", false},
		{"https://user@api.example.com", false},
		{"https://API.example.com", false},
		{"HTTPS://api.example.com", false},
		{"https://api.example.com.", false},
		{"https://api.example.com:443", false},
		{"https://api.example.com:", false},
		{"https://api.example.com:0", false},
		{"https://api.example.com:08443", false},
		{"https://api.example.com:65536", false},
		{"https://*.example.com", false},
		{"https://例子.example", false},
		{"https://2130706433", false},
		{"https://127.1", false},
		{"https://[2001:DB8::1]", false},
		{"https://[fe80::1%25eth0]", false},
		{"https://-x.example", false},
		{"https://" + strings.Repeat("a.", 130) + "example", false},
		{"https://", false},
		{"api.example.com", false},
		{"", false},
	}
	for _, tt := range tests {
		err := manifest.Validate(&abi.Descriptor{
			Name: "x", Version: "1.0.0", ABI: &abi.ABIRange{Major: 1}, Documents: []abi.DocumentSupport{{Document: "x"}}, Hosts: []string{tt.origin},
		})
		if (err == nil) != tt.good {
			t.Errorf("%q: %v", tt.origin, err)
		}
	}
}

//attack:supply-bounds a manifest that is full of mistakes
func TestAManifestFullOfMistakesIsReportedInPart(t *testing.T) {
	d, err := manifest.Parse(good(t))
	if err != nil {
		t.Fatal(err)
	}
	d.Features = slices.Repeat([]string{"x"}, 50_000)
	if got := len(manifest.Problems(manifest.Validate(d))); got != 50 {
		t.Errorf("%d problems are reported, want 50", got)
	}
}
