package aligateway

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// Content types as the vendors' samples send them. They are signed, so they must not change.
const (
	formType = "application/x-www-form-urlencoded; charset=UTF-8"
	jsonType = "application/json; charset=UTF-8"
	accept   = "application/json"
)

// Form posts application/x-www-form-urlencoded to a URL without a query.
func Form(c *sdk.Call, url string, fields ...sdk.NamedValue) *sdk.Action {
	return send(c, sdk.Post(url).Form(fields...), message{url: url, contentType: formType, params: fields})
}

// JSON posts application/json to a URL without a query.
func JSON(c *sdk.Call, url string, body sdk.JSON) *sdk.Action {
	sum := sdk.Hash(sdk.MD5, sdk.Base64, sdk.BodyBytes())
	return send(c, sdk.Post(url).JSON(body), message{url: url, contentType: jsonType, contentMD5: &sum})
}

// send signs the request if app_key and app_secret are configured, and uses the AppCode otherwise. A signature is safer,
// because no secret is sent.
func send(c *sdk.Call, r *sdk.Request, m message) *sdk.Action {
	r.Header(sdk.Param("Accept", sdk.Text(accept)), sdk.Param("Content-Type", sdk.Text(m.contentType)))
	if !c.HasSecret("app_key") || !c.HasSecret("app_secret") {
		return sdk.Send(r.Header(sdk.Param("Authorization", sdk.Join(sdk.Text("APPCODE "), sdk.Secret("app_code")))))
	}
	if m.contentMD5 != nil {
		r.Header(sdk.Param("Content-MD5", *m.contentMD5))
	}
	method, algorithm := "HmacSHA256", sdk.SHA256
	if c.Option("signature_method", method) == "HmacSHA1" {
		method, algorithm = "HmacSHA1", sdk.SHA1
	}
	m.headers = []sdk.NamedValue{
		sdk.Param("x-ca-key", sdk.Secret("app_key")),
		sdk.Param("x-ca-nonce", sdk.Text(c.Nonce())),
		sdk.Param("x-ca-signature-method", sdk.Text(method)),
		sdk.Param("x-ca-timestamp", sdk.Text(c.Millis())),
	}
	toSign := m.stringToSign()
	return sdk.Send(r.Header(m.headers...).Header(
		sdk.Param("x-ca-signature-headers", sdk.Text("x-ca-key,x-ca-nonce,x-ca-signature-method,x-ca-timestamp")),
		sdk.Param("x-ca-signature", sdk.HMAC(algorithm, sdk.Base64, sdk.Secret("app_secret"), toSign)),
	).State([]byte(sdk.Shown(toSign))))
}

// message is what a signature covers.
type message struct {
	url         string
	contentType string
	contentMD5  *sdk.Value       // not for forms
	headers     []sdk.NamedValue // lower case, sorted
	params      []sdk.NamedValue // of a form, sorted
}

// stringToSign returns the text to sign. It has one line each for method, Accept, Content-MD5, Content-Type and Date,
// empty for headers that are not sent; one line name:value for each signed header; and the path with the unescaped
// parameters of query and form. A parameter without a value is its name only.
func (m *message) stringToSign() sdk.Value {
	parts := []sdk.Value{sdk.Text("POST\n" + accept + "\n")}
	if m.contentMD5 != nil {
		parts = append(parts, *m.contentMD5)
	}
	parts = append(parts, sdk.Text("\n"+m.contentType+"\n\n"))
	for _, h := range m.headers {
		parts = append(parts, sdk.Text(h.Name+":"), *h.Value, sdk.Text("\n"))
	}
	return sdk.Join(append(parts, resource(path(m.url), m.params))...)
}

// resource returns the last line of a string-to-sign: the path and the sorted parameters.
func resource(path string, params []sdk.NamedValue) sdk.Value {
	parts := []sdk.Value{sdk.Text(path)}
	before := "?"
	for _, p := range params {
		parts = append(parts, sdk.Text(before+p.Name))
		if !empty(p.Value) {
			parts = append(parts, sdk.Text("="), *p.Value)
		}
		before = "&"
	}
	return sdk.Join(parts...)
}

func empty(v *sdk.Value) bool {
	return len(v.Parts) == 0 || len(v.Parts) == 1 && v.Parts[0].Literal != nil && len(v.Parts[0].Literal) == 0
}

// path returns the part of a URL after its host.
func path(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}
