package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Request builds a request to the vendor. Its methods change the request and return it. Of [Request.Form],
// [Request.Multipart], [Request.JSON] and [Request.Raw] the last call sets the body.
type Request struct {
	r abi.HTTPRequest
	e abi.Exchange
}

// NewRequest returns a request with a method and an absolute URL. The URL must not contain a secret.
func NewRequest(method, url string) *Request {
	return &Request{r: abi.HTTPRequest{Method: method, URL: url}}
}

// Post returns a POST request; see [NewRequest].
func Post(url string) *Request { return NewRequest("POST", url) }

// Get returns a GET request; see [NewRequest].
func Get(url string) *Request { return NewRequest("GET", url) }

// Param returns a named value: a header, a query parameter or a form field.
func Param(name string, v Value) NamedValue { return NamedValue{Name: name, Value: &v} }

// Query appends parameters to the URL. The host percent-encodes them and keeps their order.
func (r *Request) Query(params ...NamedValue) *Request {
	r.r.Query = append(r.r.Query, params...)
	return r
}

// Header appends headers.
func (r *Request) Header(headers ...NamedValue) *Request {
	r.r.Headers = append(r.r.Headers, headers...)
	return r
}

// Form sets a body of the type application/x-www-form-urlencoded.
func (r *Request) Form(fields ...NamedValue) *Request {
	return r.body(abi.Body{Form: &abi.Form{Fields: fields}})
}

// Multipart sets a body of the type multipart/form-data.
func (r *Request) Multipart(fields ...MultipartField) *Request {
	return r.body(abi.Body{Multipart: &abi.Multipart{Fields: fields}})
}

// JSON sets a body of the type application/json.
func (r *Request) JSON(v JSON) *Request { return r.body(abi.Body{JSON: &v}) }

// Raw sets a body that is sent as it is.
func (r *Request) Raw(v Value) *Request { return r.body(abi.Body{Raw: &v}) }

func (r *Request) body(b abi.Body) *Request {
	r.r.Body = &b
	return r
}

// TimeoutMillis shortens the time in milliseconds for the whole exchange. It cannot exceed the host's limit.
func (r *Request) TimeoutMillis(ms uint32) *Request {
	r.r.TimeoutMs = ms
	return r
}

// State sets bytes that come back in the [Response]; at most 64 KiB.
func (r *Request) State(b []byte) *Request {
	r.e.State = b
	return r
}

// Cache keeps the answer for later calls; see [CacheRule].
func (r *Request) Cache(rule CacheRule) *Request {
	r.e.Cache = &rule
	return r
}

// Forget removes cached answers, and the secrets captured from them, before the request is sent.
func (r *Request) Forget(keys ...string) *Request {
	r.e.Forget = append(r.e.Forget, keys...)
	return r
}

// Capture takes the text at a JSON pointer out of the answer and makes it a secret. The manifest must declare the
// secret as captured. Capture needs [Request.Cache].
func (r *Request) Capture(pointer, secret string) *Request {
	r.e.Capture = append(r.e.Capture, abi.Capture{Pointer: pointer, Secret: secret})
	return r
}

// BilledBefore says what the vendor charged for the exchange before this one. The bill of an attempt is the worst of its
// exchanges: [BilledYes], then [BilledUnknown], then [BilledNo]. Without BilledBefore it is [BilledNo] for an exchange with
// [Request.Cache], such as one for a token, or with the status 401, 403, 404, 429 or 503, and [BilledUnknown] for any
// other. Hosts of version 1.0 ignore it.
func (r *Request) BilledBefore(b Billed) *Request {
	r.e.Billed = b
	return r
}

// WantBody asks for the raw body in addition to the leaves.
func (r *Request) WantBody() *Request {
	r.e.WantBody = true
	return r
}

// Send returns the action that sends a request. The host then calls Response with the answer.
func Send(r *Request) *Action {
	r.e.Request = &r.r
	return &Action{Exchange: &r.e}
}

// FormField returns a text part of a multipart body.
func FormField(name string, v Value) MultipartField {
	return MultipartField{Name: name, Value: &v}
}

// FormFile returns a file part of a multipart body.
func FormFile(name, filename, contentType string, v Value) MultipartField {
	return MultipartField{Name: name, Filename: filename, ContentType: contentType, Value: &v}
}

// Object returns a JSON object with its members in this order.
func Object(members ...JSONMember) JSON {
	return JSON{Object: &abi.JSONObject{Members: members}}
}

// Member returns a member of an [Object].
func Member(name string, v JSON) JSONMember { return JSONMember{Name: name, Value: &v} }

// Array returns a JSON array.
func Array(items ...JSON) JSON { return JSON{Array: &abi.JSONArray{Items: items}} }

// String returns a JSON string of a value. The host escapes it; the value must be UTF-8.
func String(v Value) JSON { return JSON{Text: &v} }

// StringText returns a JSON string of a plain text.
func StringText(s string) JSON { return String(Text(s)) }

// Bool returns a JSON boolean.
func Bool(b bool) JSON {
	if b {
		return JSON{Literal: "true"}
	}
	return JSON{Literal: "false"}
}

// Number returns a JSON number, which is sent as text says. Never pass a text from outside: it is not escaped.
func Number(text string) JSON { return JSON{Literal: text} }
