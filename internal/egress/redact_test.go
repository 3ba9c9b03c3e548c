package egress_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/internal/egress"
)

func TestRedactURL(t *testing.T) {
	t.Parallel()
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
