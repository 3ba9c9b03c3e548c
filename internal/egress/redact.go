package egress

import "net/url"

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
