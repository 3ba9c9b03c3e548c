package egress_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/egress"
)

func TestPolicyOfAnyPublicOrigin(t *testing.T) {
	t.Parallel()
	p := newPolicy(t, egress.PolicyConfig{AnyPublic: true, Operator: []string{"http://127.0.0.1:9000"}})
	const ok = egress.Kind("")
	for url, want := range map[string]egress.Kind{
		"https://whoever.example/": ok, "http://127.0.0.1:9000/": ok,
		"http://whoever.example/": egress.KindSchemeRefused, "ftp://whoever.example/": egress.KindInvalidURL,
	} {
		var e *egress.Error
		if errors.As(p.Allows(url), &e); e == nil && want != ok || e != nil && e.Kind != want {
			t.Errorf("%s: got %v, want %q", url, e, want)
		}
	}
	c := newClient(t, egress.Config{Resolver: &fakeResolver{answers: map[string][][]string{"inside.example": {{"10.0.0.1"}}}}})
	for _, url := range []string{"https://10.0.0.1/", "https://[::1]/", "https://inside.example/"} {
		_, err := c.Do(t.Context(), p, &egress.Request{URL: url})
		wantError(t, err, egress.KindAddressRefused, egress.SentNo)
	}
}

func TestPolicyAllows(t *testing.T) {
	t.Parallel()
	p := newPolicy(t, egress.PolicyConfig{
		Hosts:    []string{"https://api.jumdata.com", "ocr.example.com:8443", "https://*.vendor.example", "http://plain.example", "https://身份证.example"},
		Operator: []string{"http://127.0.0.1:9000/prefix?x=1", "http://[::1]:9001", "http://mock-ocr", "http://10.1.2.3", "https://10.1.2.3"},
	})
	const ok = egress.Kind("")
	for _, tt := range []struct {
		name, url string
		want      egress.Kind
	}{
		{"a manifest host", "https://api.jumdata.com/ocr?x=1", ok},
		{"its explicit default port", "https://api.jumdata.com:443/ocr", ok},
		{"a port with leading zeros is the same port", "https://api.jumdata.com:0443/", ok},
		{"letters in capitals and a final dot", "HTTPS://API.Jumdata.COM./ocr", ok},
		{"a fragment is dropped", "https://api.jumdata.com/#frag", ok},
		//attack-each:plugin-network
		{"another port", "https://api.jumdata.com:8443/", egress.KindHostRefused},
		{"another scheme", "http://api.jumdata.com/", egress.KindHostRefused},
		{"a name that only ends like it", "https://evilapi.jumdata.com/", egress.KindHostRefused},
		{"a name that only begins like it", "https://api.jumdata.com.evil.example/", egress.KindHostRefused},
		{"user information that looks like the host", "https://api.jumdata.com@evil.example/", egress.KindInvalidURL},
		{"user information", "https://user:pass@api.jumdata.com/", egress.KindInvalidURL},
		{"backslash in the host", "https://evil.example\\.api.jumdata.com/", egress.KindInvalidURL},
		//attack-each:
		{"a host without scheme means https", "https://ocr.example.com:8443/", ok},
		{"a subdomain of a wildcard", "https://cn-1.vendor.example/", ok},
		{"a deep subdomain of a wildcard", "https://a.b.vendor.example/", ok},
		{"the wildcard's suffix itself", "https://vendor.example/", egress.KindHostRefused},
		//attack-each:plugin-network
		{"a name that ends in the suffix without a dot", "https://notvendor.example/", egress.KindHostRefused},
		{"a wildcard keeps its port", "https://a.vendor.example:444/", egress.KindHostRefused},
		//attack-each:
		{"an IDN in its own script", "https://身份证.example/", ok},
		{"an IDN in punycode", "https://xn--tev07hhqv.example/", egress.KindHostRefused},
		{"plain http of a manifest", "http://plain.example/", egress.KindSchemeRefused},
		{"plain http to loopback the operator named", "http://127.0.0.1:9000/a", ok},
		{"the same in IPv6", "http://[::1]:9001/a", ok},
		{"the same loopback written as mapped IPv6", "http://[::ffff:127.0.0.1]:9000/a", ok},
		//attack-each:plugin-network
		{"loopback on a port nobody named", "http://127.0.0.1:9002/", egress.KindHostRefused},
		//attack-each:
		{"plain http to a name the operator named is judged after lookup", "http://mock-ocr/", ok},
		{"plain http to a private address the operator named", "http://10.1.2.3/", egress.KindSchemeRefused},
		{"https to a private address the operator named", "https://10.1.2.3/", ok},
		//attack-each:plugin-network
		{"a decimal IPv4 address", "http://2130706433:9000/", egress.KindInvalidURL},
		{"a short IPv4 address", "http://127.1:9000/", egress.KindInvalidURL},
		{"a hexadecimal IPv4 address", "http://0x7f000001:9000/", egress.KindInvalidURL},
		{"an octal IPv4 address", "http://0177.0.0.1:9000/", egress.KindInvalidURL},
		//attack-each:
		{"full-width digits are digits", "http://１２７.0.0.1:9000/", ok},
		//attack-each:plugin-network
		{"an IPv6 zone", "http://[fe80::1%25eth0]/", egress.KindInvalidURL},
		//attack-each:
		{"port 0", "https://api.jumdata.com:0/", egress.KindInvalidURL},
		{"port 65536", "https://api.jumdata.com:65536/", egress.KindInvalidURL},
		{"an empty port", "https://api.jumdata.com:/", egress.KindInvalidURL},
		{"an empty host", "https:///x", egress.KindInvalidURL},
		{"an opaque URL", "https:api.jumdata.com", egress.KindInvalidURL},
		{"another protocol", "file:///etc/passwd", egress.KindInvalidURL},
		{"a relative URL", "/ocr", egress.KindInvalidURL},
		{"two final dots", "https://api.jumdata.com../", egress.KindInvalidURL},
		{"a space in the query", "https://api.jumdata.com/?a b", egress.KindInvalidURL},
		{"a raw byte over ASCII in the query", "https://api.jumdata.com/?é", egress.KindInvalidURL},
		//attack-each:plugin-network
		{"a line break", "https://api.jumdata.com/\r\nX: y", egress.KindInvalidURL},
		//attack-each:
		{"nothing", "", egress.KindInvalidURL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := p.Allows(tt.url)
			if tt.want == ok {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			wantError(t, err, tt.want, egress.SentNo)
		})
	}
}

func TestPolicyRefusesWrongEntries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		cfg  egress.PolicyConfig
	}{
		{"a wildcard over everything", egress.PolicyConfig{Hosts: []string{"https://*"}}},
		{"a wildcard over a top-level domain", egress.PolicyConfig{Hosts: []string{"https://*.com"}}},
		{"a wildcard in the middle", egress.PolicyConfig{Hosts: []string{"https://api.*.com"}}},
		{"a wildcard over addresses", egress.PolicyConfig{Hosts: []string{"https://*.0.0.1"}}},
		{"a path in a manifest host", egress.PolicyConfig{Hosts: []string{"https://a.example/x"}}},
		{"another scheme", egress.PolicyConfig{Hosts: []string{"ftp://a.example"}}},
		{"an operator wildcard", egress.PolicyConfig{Operator: []string{"https://*.example.com"}}},
		{"an operator origin with a password", egress.PolicyConfig{Operator: []string{"https://u:" + secret + "@a.example"}}},
		{"an operator text that is no URL", egress.PolicyConfig{Operator: []string{"://" + secret}}},
		{"a negative cap", egress.PolicyConfig{MaxResponseBytes: -1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := egress.NewPolicy(tt.cfg)
			if err == nil {
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("error shows the secret: %v", err)
			}
		})
	}
}

//attack:plugin-network addresses that parsers read in different ways
func FuzzPolicyAllows(f *testing.F) {
	for _, seed := range []string{
		"https://api.example.com/x", "https://API.example.com.:443/?q#f", "http://[::ffff:127.0.0.1]:9000/", "https://a@b/",
		"https://x.vendor.example", "http://0x7f.1", "https://ａｐｉ.example.com/", "https:\\\\api.example.com", "https://api.example.com%2f.evil/",
	} {
		f.Add(seed)
	}
	p := newPolicy(f, egress.PolicyConfig{
		Hosts: []string{"https://api.example.com", "https://*.vendor.example"}, Operator: []string{"http://127.0.0.1:9000"},
	})
	f.Fuzz(func(t *testing.T, raw string) {
		err := p.Allows(raw)
		_ = egress.RedactURL(raw)
		if err != nil {
			var e *egress.Error
			if !errors.As(err, &e) || e.Sent != egress.SentNo {
				t.Fatalf("untyped refusal: %v", err)
			}
			return
		}
		// An allowed URL must be one of the three origins for an independent parser.
		u, err := url.Parse(raw)
		if err != nil || u.User != nil {
			t.Fatalf("allowed %q, which is no plain URL", raw)
		}
		allowed := egress.RedactURL(raw)
		origin := strings.TrimSuffix(allowed, "/…")
		if origin != "https://api.example.com" && origin != "http://127.0.0.1:9000" && !strings.HasSuffix(origin, ".vendor.example") {
			t.Fatalf("allowed %q, which is %q", raw, allowed)
		}
		if again := p.Allows(origin); again != nil {
			t.Fatalf("allowed %q but not its canonical form %q: %v", raw, origin, again)
		}
	})
}
