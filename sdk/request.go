package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

// Request builds the request of an exchange. Methods change it and return it.
type Request struct {
	r abi.HTTPRequest
	e abi.Exchange
}

// NewRequest begins a request with a method and an absolute URL that holds no secret.
func NewRequest(method, url string) *Request {
	return &Request{r: abi.HTTPRequest{Method: method, URL: url}}
}

// Post begins a POST request; see NewRequest.
func Post(url string) *Request { return NewRequest("POST", url) }

// Get begins a GET request; see NewRequest.
func Get(url string) *Request { return NewRequest("GET", url) }

// Param names a value: a header, a query parameter or a form field.
func Param(name string, v Value) NamedValue { return NamedValue{Name: name, Value: &v} }

// Query appends to the URL; the host percent-encodes.
func (r *Request) Query(params ...NamedValue) *Request {
	r.r.Query = append(r.r.Query, params...)
	return r
}

// Header adds headers.
func (r *Request) Header(headers ...NamedValue) *Request {
	r.r.Headers = append(r.r.Headers, headers...)
	return r
}

// Form sends application/x-www-form-urlencoded.
func (r *Request) Form(fields ...NamedValue) *Request {
	return r.body(abi.Body{Form: &abi.Form{Fields: fields}})
}

// Multipart sends multipart/form-data.
func (r *Request) Multipart(fields ...MultipartField) *Request {
	return r.body(abi.Body{Multipart: &abi.Multipart{Fields: fields}})
}

// JSON sends application/json.
func (r *Request) JSON(v JSON) *Request { return r.body(abi.Body{JSON: &v}) }

// Raw sends a value as it is.
func (r *Request) Raw(v Value) *Request { return r.body(abi.Body{Raw: &v}) }

func (r *Request) body(b abi.Body) *Request {
	r.r.Body = &b
	return r
}

// TimeoutMillis asks for less time than the host would give.
func (r *Request) TimeoutMillis(ms uint32) *Request {
	r.r.TimeoutMs = ms
	return r
}

// State comes back in the Response.
func (r *Request) State(b []byte) *Request {
	r.e.State = b
	return r
}

// Cache keeps the answer for later calls; see CacheRule.
func (r *Request) Cache(rule CacheRule) *Request {
	r.e.Cache = &rule
	return r
}

// Forget drops cached answers, and what was captured from them, before the request is made.
func (r *Request) Forget(keys ...string) *Request {
	r.e.Forget = append(r.e.Forget, keys...)
	return r
}

// Capture makes the text at a JSON pointer of the answer a secret that the manifest declares as captured.
func (r *Request) Capture(pointer, secret string) *Request {
	r.e.Capture = append(r.e.Capture, Capture{Pointer: pointer, Secret: secret})
	return r
}

// WantBody asks for the raw body beside the leaves.
func (r *Request) WantBody() *Request {
	r.e.WantBody = true
	return r
}

// Send is the action that makes a request.
func Send(r *Request) *Action {
	r.e.Request = &r.r
	return &Action{Exchange: &r.e}
}

// FormField is a part of a multipart body that is a text.
func FormField(name string, v Value) MultipartField {
	return MultipartField{Name: name, Value: &v}
}

// FormFile is a part of a multipart body that is a file, with its name and its content type.
func FormFile(name, filename, contentType string, v Value) MultipartField {
	return MultipartField{Name: name, Filename: filename, ContentType: contentType, Value: &v}
}

// Object is a JSON object with its members in this order.
func Object(members ...JSONMember) JSON {
	return JSON{Object: &abi.JSONObject{Members: members}}
}

// Member is one member of an Object.
func Member(name string, v JSON) JSONMember { return JSONMember{Name: name, Value: &v} }

// Array is a JSON array.
func Array(items ...JSON) JSON { return JSON{Array: &abi.JSONArray{Items: items}} }

// String is a JSON string, escaped by the host.
func String(v Value) JSON { return JSON{Text: &v} }

// Bool is true or false.
func Bool(b bool) JSON {
	if b {
		return JSON{Literal: "true"}
	}
	return JSON{Literal: "false"}
}

// Number is a number in JSON's notation, sent as it is written.
func Number(text string) JSON { return JSON{Literal: text} }
