package egress

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// RedactURL returns a URL for logs: scheme, host and port, and "/…" if there was more. Path and query may hold
// secrets and card data, so nothing of them is kept. A text that is no URL becomes "[not a URL]".
func RedactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "[not a URL]"
	}
	o, err := originOf(u)
	switch {
	case err != nil:
		return "[not a URL]"
	case (u.Path == "" || u.Path == "/") && u.RawQuery == "":
		return o.String()
	default:
		return o.String() + "/…"
	}
}

// RedactHeader returns a copy of headers for logs. Only values of headers known to carry neither secret nor card data
// stay readable; every other value becomes its length in bytes, "[12 bytes]". Names stay.
func RedactHeader(h http.Header) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		if harmless(name) {
			out[name] = slices.Clone(values)
			continue
		}
		for _, v := range values {
			out[name] = append(out[name], "["+strconv.Itoa(len(v))+" bytes]")
		}
	}
	return out
}

func harmless(name string) bool {
	switch strings.ToLower(name) {
	case "accept", "accept-encoding", "content-encoding", "content-length", "content-type", "date", "retry-after",
		"server", "transfer-encoding", "user-agent":
		return true
	default:
		return false
	}
}
