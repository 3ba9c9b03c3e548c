package egress

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Request is one call to a vendor.
type Request struct {
	// Method is any method but CONNECT and TRACE; "" means GET.
	Method string
	// URL is absolute. Path and query are sent unchanged, since a signature may cover them. A fragment is not sent.
	URL string
	// Header is sent unchanged, including the case of the names. Content-Length and Accept-Encoding are ignored. Host must equal that
	// of the URL. Headers of the connection (Connection, Transfer-Encoding, Upgrade …) are refused.
	Header http.Header
	// Sensitive names headers with secrets, which are not sent to another origin after a redirect. Authorization, Cookie and
	// Proxy-Authorization are always among them.
	Sensitive []string
	// Body opens the body. It is called again if the request must be repeated. nil or a ContentLength of 0 means that there is no
	// body. Read must not block for long: Do waits for a Read in progress.
	Body func() (io.ReadCloser, error)
	// ContentLength is the exact length of the body in bytes.
	ContentLength int64
	// Timeout bounds the whole call. 0 means Config.Timeout. The context may end it earlier.
	Timeout time.Duration
	// ResponseCap lowers the policy's cap on the answer's body, in bytes. 0 means the policy's.
	ResponseCap int64
}

// Response is a vendor's whole answer.
type Response struct {
	Status int
	// Header has no Content-Encoding and Content-Length if the body was compressed.
	Header http.Header
	Body   []byte
	// FinalURL is the URL of the answer, after redirects. It may have secrets; see RedactURL.
	FinalURL string
	// Redirects is the number of redirects that were followed.
	Redirects int
	// Reused is set if the last hop used a kept connection.
	Reused bool
}

// call is a Request in progress.
type call struct {
	policy       *Policy
	maxRedirects int

	method    string
	header    http.Header // of the present hop; has no Host
	sensitive []string
	open      func() (io.ReadCloser, error)
	length    int64
	answerCap int64

	url       *url.URL
	origin    origin
	standing  standing
	redirects int
}

// newCall checks a request. The call is never nil, so that Do can add its origin to an error.
func newCall(cfg Config, p *Policy, r *Request) (*call, *Error) {
	c := &call{policy: p, maxRedirects: cfg.MaxRedirects, method: r.Method, open: r.Body, length: r.ContentLength}
	c.sensitive = append([]string{"Authorization", "Cookie", "Proxy-Authorization"}, r.Sensitive...)
	if c.method == "" {
		c.method = http.MethodGet
	}
	var ferr *Error
	if c.url, c.origin, ferr = parseTarget(r.URL); ferr != nil {
		return c, ferr
	}
	if c.standing, ferr = p.check(c.origin); ferr != nil {
		return c, ferr
	}
	const op = "check request"
	switch {
	case !httpguts.ValidHeaderFieldName(c.method) || c.method == http.MethodConnect || c.method == http.MethodTrace:
		return c, fail(KindInvalidRequest, op, message.BadMethod, nil)
	case c.length < 0:
		return c, fail(KindInvalidRequest, op, message.BodyUnmeasured, nil)
	case c.length > 0 && c.open == nil:
		return c, fail(KindInvalidRequest, op, message.BodyMissing, nil)
	case r.ResponseCap < 0:
		return c, fail(KindInvalidRequest, op, message.AnswerCapNegative, nil)
	}
	if ferr = c.setHeader(r.Header, cfg.UserAgent); ferr != nil {
		return c, ferr
	}
	if c.size() > p.maxRequest {
		return c, fail(KindRequestTooLarge, op, message.RequestTooLarge, nil)
	}
	c.answerCap = p.maxAnswer
	if r.ResponseCap > 0 {
		c.answerCap = min(c.answerCap, r.ResponseCap)
	}
	return c, nil
}

func (c *call) setHeader(h http.Header, userAgent string) *Error {
	const op = "check request"
	c.header = make(http.Header, len(h)+2)
	ownAgent := false
	for name, values := range h {
		if !httpguts.ValidHeaderFieldName(name) {
			return fail(KindInvalidRequest, op, message.BadHeaderName, nil)
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return fail(KindInvalidRequest, op, message.BadHeaderValue, nil)
			}
		}
		switch lower := strings.ToLower(name); lower {
		case "connection", "proxy-connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect",
			"http2-settings":
			return fail(KindInvalidRequest, op, message.HeaderReserved, nil)
		case "host":
			for _, v := range values {
				if !strings.EqualFold(v, c.url.Host) {
					return fail(KindInvalidRequest, op, message.HostHeader, nil)
				}
			}
		case "content-length", "accept-encoding":
		case "user-agent":
			ownAgent = true
			c.header["User-Agent"] = values
		default:
			c.header[name] = values
		}
	}
	if !ownAgent {
		c.header["User-Agent"] = []string{userAgent}
	}
	c.header["Accept-Encoding"] = []string{"gzip"}
	return nil
}

// size returns the size of the request on the wire, except for a few bytes of framing.
func (c *call) size() int64 {
	n := int64(len(c.method)+len(c.url.Host)+len(c.url.RequestURI())) + c.length
	for name, values := range c.header {
		for _, v := range values {
			n += int64(len(name) + len(v) + len(": \r\n"))
		}
	}
	return n
}

// request returns the message for one exchange. It has no GetBody, so that nothing can repeat it.
func (c *call) request() (*http.Request, *requestBody) {
	body := &requestBody{open: c.open, left: c.length}
	req := &http.Request{
		Method: c.method, URL: c.url, Host: c.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: c.header, Body: http.NoBody, ContentLength: c.length,
	}
	if c.length > 0 {
		req.Body = body
	}
	return req, body
}

// redirect changes the target of the call if the answer is a redirect.
func (c *call) redirect(resp *Response) (again bool, ferr *Error) {
	resp.Redirects = c.redirects
	if !isRedirect(&http.Response{StatusCode: resp.Status, Header: resp.Header}) {
		return false, nil
	}
	refuse := func(reason message.Code, err error) (bool, *Error) {
		e := fail(KindRedirectRefused, "follow redirect", reason, err)
		e.Sent = SentYes
		return false, e
	}
	if c.redirects >= c.maxRedirects {
		e := fail(KindTooManyRedirects, "follow redirect", message.RedirectsTooMany, nil)
		e.Sent = SentYes
		return false, e
	}
	to, err := c.url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return refuse(message.RedirectMalformed, nil)
	}
	to, next, ferr := canonicalTarget(to)
	if ferr != nil {
		e := fail(KindRedirectRefused, "follow redirect", message.RedirectTarget, nil)
		e.Reason, e.Sent = message.New(message.RedirectTarget, "reason", ferr.Reason), SentYes
		return false, e
	}
	plain := c.length == 0 && (c.method == http.MethodGet || c.method == http.MethodHead)
	repeats := resp.Status == http.StatusTemporaryRedirect || resp.Status == http.StatusPermanentRedirect
	switch {
	case c.origin.scheme == "https" && next.scheme == "http":
		return refuse(message.RedirectToPlain, nil)
	case !plain && !repeats:
		return refuse(message.RedirectToGET, nil)
	case !plain && next != c.origin:
		return refuse(message.RedirectsBody, nil)
	}
	st, ferr := c.policy.check(next)
	if ferr != nil {
		ferr.Origin, ferr.Sent = next.String(), SentYes
		return refuse(message.RedirectOutside, ferr)
	}
	if next != c.origin {
		c.header = withoutHeaders(c.header, c.sensitive)
	}
	c.url, c.origin, c.standing = to, next, st
	c.redirects++
	return true, nil
}

func withoutHeaders(h http.Header, names []string) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		drop := false
		for _, n := range names {
			drop = drop || strings.EqualFold(n, name)
		}
		if !drop {
			out[name] = values
		}
	}
	return out
}
