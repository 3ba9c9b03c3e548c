package egress_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/egress"
)

func TestRedactURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://API.example.com:443/":                       "https://api.example.com",
		"https://api.example.com/" + secret + "?k=" + secret: "https://api.example.com/…",
		"http://[::1]:80?" + secret:                          "http://[::1]/…",
		"https://u:" + secret + "@api.example.com/":          "[not a URL]",
		"http://[" + secret:                                  "[not a URL]",
		secret:                                               "[not a URL]",
	} {
		if got := egress.RedactURL(in); got != want {
			t.Errorf("RedactURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRedactHeader(t *testing.T) {
	in := http.Header{"Content-Type": {"application/json"}, "Authorization": {"APPCODE " + secret}, "x-ca-key": {"a", "bc"}}
	want := http.Header{"Content-Type": {"application/json"}, "Authorization": {"[21 bytes]"}, "x-ca-key": {"[1 bytes]", "[2 bytes]"}}
	if diff := cmp.Diff(want, egress.RedactHeader(in)); diff != "" {
		t.Errorf("RedactHeader (-want +got):\n%s", diff)
	}
	if in.Get("Authorization") != "APPCODE "+secret {
		t.Error("the original was changed")
	}
}
