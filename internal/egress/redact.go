package egress

import "net/url"

// RedactURL returns a URL for logs: scheme, host and port, and "/…" for a path or query, which may have secrets and card data. A
// text that is not a URL becomes "[not a URL]".
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
