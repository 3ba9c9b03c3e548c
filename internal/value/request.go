package value

import (
	"maps"
	"mime"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Request is an evaluated HTTPRequest, ready to be sent. Host, Content-Length and what else belongs to the connection is
// left to the transport.
type Request struct {
	Method string
	// URL is the provider's as it was written, with the query appended: percent-encoded, a space as "%20".
	URL string
	// Header holds the provider's headers under canonical names, and Content-Type if the provider gave none.
	Header http.Header
	// Sensitive are the canonical names of headers that hold a secret, or a digest made with one. Sorted.
	Sensitive []string
	Body      Body
	// Secrets are the names of all secrets in the request, in digests too. Sorted.
	Secrets []string
}

// Request evaluates a whole request; the nonce is the one of the step (see [Evaluator.Body]). A Content-Type of the
// provider's wins; with a multipart body its boundary must be the body's, "ocrmux" and the nonce. Every error is an
// [*Error]; the Evaluator stays usable.
func (e *Evaluator) Request(req *abi.HTTPRequest, nonce string) (*Request, error) {
	if err := checkMethod(req.Method); err != nil {
		return nil, in(err, "method")
	}
	r := e.newRun()
	if err := r.planRequest(req); err != nil {
		return nil, err
	}
	body, err := r.content(req.Body, nonce)
	if err != nil {
		return nil, in(err, "body")
	}
	r.body = body.Stream
	out := &Request{Method: req.Method, Body: body, Header: make(http.Header, len(req.Headers)+1)}
	if out.URL, err = r.url(req); err != nil {
		return nil, err
	}
	if out.Sensitive, err = r.headers(out.Header, req); err != nil {
		return nil, err
	}
	if err := settleContentType(out.Header, body.ContentType); err != nil {
		return nil, in(err, "headers")
	}
	out.Secrets = slices.Sorted(slices.Values(r.plan.names))
	return out, nil
}

func (r *run) planRequest(req *abi.HTTPRequest) error {
	if err := r.planBody(req.Body); err != nil {
		return in(err, "body")
	}
	r.plan.body = scopeAround
	if err := r.plan.named(req.Query, "query"); err != nil {
		return err
	}
	return r.plan.named(req.Headers, "headers")
}

func checkMethod(m string) error {
	if !isToken(m) || m == http.MethodConnect {
		return fail(KindBadName, "a method is a token of RFC 9110, and not CONNECT")
	}
	return nil
}

// url checks the provider's URL and appends the query, leaving what is there as it was written.
func (r *run) url(req *abi.HTTPRequest) (string, error) {
	if err := r.checkURL(req.URL); err != nil {
		return "", in(err, "url")
	}
	if len(req.Query) == 0 {
		return req.URL, nil
	}
	b := builder{esc: escapeQuery, limit: r.limits.URLBytes, name: "Limits.URLBytes"}
	join := "&"
	switch {
	case !strings.Contains(req.URL, "?"):
		join = "?"
	case strings.HasSuffix(req.URL, "?"), strings.HasSuffix(req.URL, "&"):
		join = ""
	}
	if err := b.frame(req.URL + join); err != nil {
		return "", in(err, "url")
	}
	if err := r.pairs(&b, req.Query, "query"); err != nil {
		return "", err
	}
	s := b.stream()
	var text strings.Builder
	text.Grow(int(s.Len))
	if _, err := s.WriteTo(&text); err != nil {
		return "", err
	}
	return text.String(), nil
}

func (r *run) checkURL(s string) error {
	if int64(len(s)) > r.limits.URLBytes {
		return fail(KindTooLarge, "it passes Limits.URLBytes, %d", r.limits.URLBytes)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fail(KindBadName, "it is no URL")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return fail(KindBadName, "an absolute http or https URL with a host is needed")
	case u.User != nil:
		return fail(KindBadName, "a URL holds no user info; use an Authorization header")
	case strings.Contains(s, "#"):
		return fail(KindBadName, "a URL that is sent has no fragment")
	case strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
		return fail(KindBadName, "a URL is ASCII without spaces; percent-encode the rest")
	}
	return nil
}

// headers evaluates the headers and says which of them are sensitive.
func (r *run) headers(h http.Header, req *abi.HTTPRequest) ([]string, error) {
	sensitive := make(map[string]bool)
	left := r.limits.HeaderBytes
	for i := range req.Headers {
		f := &req.Headers[i]
		text, err := r.header(f, &left)
		if err != nil {
			return nil, inItem(err, "headers", i)
		}
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		h[name] = append(h[name], text)
		if holdsSecret(f.Value) {
			sensitive[name] = true
		}
	}
	return slices.Sorted(maps.Keys(sensitive)), nil
}

func (r *run) header(f *abi.NamedValue, left *int64) (string, error) {
	if !isToken(f.Name) {
		return "", in(fail(KindBadName, "a header's name is a token of RFC 9110"), "name")
	}
	if belongsToConnection(f.Name) {
		return "", in(fail(KindBadName, "this header is the host's to set"), "name")
	}
	if *left -= int64(len(f.Name)); *left < 0 {
		return "", in(fail(KindTooLarge, "it passes Limits.HeaderBytes"), "name")
	}
	text, err := r.bytes(f.Value, UsePlain, *left, "Limits.HeaderBytes")
	if err != nil {
		return "", in(err, "value")
	}
	*left -= int64(len(text))
	if !isHeaderText(string(text)) {
		return "", in(fail(KindBadText, "a header holds no control characters; is there a line break in a secret?"), "value")
	}
	return string(text), nil
}

// holdsSecret reports whether v has a secret anywhere. The plan has bounded v.
func holdsSecret(v *abi.Value) bool {
	if v == nil {
		return false
	}
	return slices.ContainsFunc(v.Parts, func(p abi.Part) bool {
		return p.Secret != "" || p.Digest != nil && (holdsSecret(p.Digest.Key) || holdsSecret(p.Digest.Data))
	})
}

func settleContentType(h http.Header, of string) error {
	given := h["Content-Type"]
	switch {
	case len(given) > 1:
		return fail(KindBadName, "Content-Type is there more than once")
	case len(given) == 0 && of != "":
		h.Set("Content-Type", of)
	case len(given) == 1 && strings.HasPrefix(of, "multipart/"):
		_, want, _ := mime.ParseMediaType(of)
		_, have, err := mime.ParseMediaType(given[0])
		if err != nil || have["boundary"] != want["boundary"] {
			return fail(KindBadName, "the boundary in Content-Type must be \"ocrmux\" and the nonce; or leave the header to the host")
		}
	}
	return nil
}

// belongsToConnection reports whether a header is part of framing or routing (RFC 9110 section 7.6.1, RFC 9112), where one
// from a provider could smuggle a second request.
func belongsToConnection(name string) bool {
	switch strings.ToLower(name) {
	case "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
		"upgrade", "expect":
		return true
	default:
		return false
	}
}

// isToken reports whether s is a token of RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return s != ""
}

// isHeaderText reports whether s has no control characters but tabs.
func isHeaderText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
