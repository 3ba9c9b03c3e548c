package value

import (
	"encoding/json"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Body is an evaluated body.
type Body struct {
	Stream
	// ContentType is what belongs to the body's kind; "" for a raw body, and for none.
	ContentType string
}

// Body evaluates a body by itself. Nil is an empty one. The nonce makes the boundary of a multipart body, "ocrmux"
// and the nonce: 1 to 64 ASCII letters and digits.
func (e *Evaluator) Body(b *abi.Body, nonce string) (Body, error) {
	r := e.newRun()
	if err := r.planBody(b); err != nil {
		return Body{}, err
	}
	return r.content(b, nonce)
}

func (r *run) planBody(b *abi.Body) error {
	if b == nil {
		return nil
	}
	r.plan.body = scopeBody
	return r.plan.content(b)
}

// content evaluates a body that the plan found good.
func (r *run) content(b *abi.Body, nonce string) (body Body, err error) {
	if b == nil {
		return Body{}, nil
	}
	to := builder{limit: r.limits.BodyBytes, name: "Limits.BodyBytes"}
	switch {
	case b.Raw != nil:
		err = in(r.value(&to, b.Raw, UsePlain), "raw")
	case b.Form != nil:
		to.esc = escapeForm
		body.ContentType = "application/x-www-form-urlencoded"
		err = in(r.pairs(&to, b.Form.Fields, "fields"), "form")
	case b.Multipart != nil:
		boundary := "ocrmux" + nonce
		body.ContentType = "multipart/form-data; boundary=" + boundary
		if err := checkNonce(nonce); err != nil {
			return Body{}, err
		}
		err = in(r.multipart(&to, b.Multipart, boundary), "multipart")
	default:
		to.esc = escapeJSON
		body.ContentType = "application/json"
		err = in(r.json(&to, b.JSON), "json")
	}
	if err != nil {
		return Body{}, err
	}
	body.Stream = to.stream()
	return body, nil
}

// pairs writes name=value&name=value, both through the builder's escape.
func (r *run) pairs(b *builder, list []abi.NamedValue, step string) error {
	for i := range list {
		if err := r.pair(b, &list[i], i > 0); err != nil {
			return inItem(err, step, i)
		}
	}
	return nil
}

func (r *run) pair(b *builder, f *abi.NamedValue, more bool) error {
	if more {
		if err := b.frame("&"); err != nil {
			return err
		}
	}
	if err := b.escaped(f.Name, b.esc); err != nil {
		return in(err, "name")
	}
	if err := b.frame("="); err != nil {
		return err
	}
	return in(r.value(b, f.Value, UsePlain), "value")
}

// multipart writes RFC 7578, byte for byte as mime/multipart does.
func (r *run) multipart(b *builder, m *abi.Multipart, boundary string) error {
	delimiter := "--" + boundary
	for i := range m.Fields {
		f := &m.Fields[i]
		head, err := partHead(f)
		if err == nil {
			err = b.frame(delimiter + "\r\n" + head)
		}
		if err == nil {
			err = in(r.value(b, f.Value, UsePlain), "value")
		}
		if err != nil {
			return inItem(err, "fields", i)
		}
		delimiter = "\r\n--" + boundary
	}
	return b.frame(delimiter + "--\r\n")
}

func partHead(f *abi.MultipartField) (string, error) {
	var h strings.Builder
	if err := checkPartName(f.Name); err != nil {
		return "", in(err, "name")
	}
	h.WriteString(`Content-Disposition: form-data; name="` + quotePartName(f.Name) + `"`)
	if f.Filename != "" {
		if err := checkPartName(f.Filename); err != nil {
			return "", in(err, "filename")
		}
		h.WriteString(`; filename="` + quotePartName(f.Filename) + `"`)
	}
	if f.ContentType != "" {
		if !isHeaderText(f.ContentType) {
			return "", in(fail(KindBadText, "a content type holds no control characters"), "content_type")
		}
		h.WriteString("\r\nContent-Type: " + f.ContentType)
	}
	h.WriteString("\r\n\r\n")
	return h.String(), nil
}

// checkPartName refuses what receivers read differently: a backslash escapes for some of them and not for others.
func checkPartName(s string) error {
	if !isHeaderText(s) || strings.ContainsAny(s, "\\\t") {
		return fail(KindBadName, "a name in a multipart body holds neither control characters nor a backslash")
	}
	return nil
}

// quotePartName escapes as browsers do (WHATWG HTML, multipart/form-data encoding algorithm).
func quotePartName(s string) string { return strings.ReplaceAll(s, `"`, "%22") }

// checkNonce leaves room for the boundary's prefix within the 70 characters of RFC 2046.
func checkNonce(nonce string) error {
	for i := range len(nonce) {
		switch c := nonce[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		default:
			return fail(KindBadName, "the nonce of a multipart body is ASCII letters and digits")
		}
	}
	if nonce == "" || len(nonce) > 64 {
		return fail(KindBadName, "the nonce of a multipart body has 1 to 64 characters")
	}
	return nil
}

// json writes compact JSON, as encoding/json does without its HTML escaping.
func (r *run) json(b *builder, j *abi.JSON) error {
	switch {
	case j.Text != nil:
		return in(r.jsonText(b, j.Text), "text")
	case j.Literal != "":
		return in(b.frame(j.Literal), "literal")
	case j.Object != nil:
		return in(r.jsonObject(b, j.Object), "object")
	default:
		return in(r.jsonArray(b, j.Array), "array")
	}
}

func (r *run) jsonText(b *builder, v *abi.Value) error {
	if err := b.frame(`"`); err != nil {
		return err
	}
	if err := r.value(b, v, UsePlain); err != nil {
		return err
	}
	if err := b.endText(); err != nil {
		return err
	}
	return b.frame(`"`)
}

func (r *run) jsonObject(b *builder, o *abi.JSONObject) error {
	open := `{"`
	for i := range o.Members {
		err := r.jsonMember(b, &o.Members[i], open)
		if err != nil {
			return inItem(err, "members", i)
		}
		open = `,"`
	}
	if len(o.Members) == 0 {
		return b.frame("{}")
	}
	return b.frame("}")
}

func (r *run) jsonMember(b *builder, m *abi.JSONMember, open string) error {
	if err := b.frame(open); err != nil {
		return err
	}
	if err := b.add([]byte(m.Name), abi.EncodingRaw); err != nil {
		return in(err, "name")
	}
	if err := b.endText(); err != nil {
		return in(err, "name")
	}
	if err := b.frame(`":`); err != nil {
		return err
	}
	return in(r.json(b, m.Value), "value")
}

func (r *run) jsonArray(b *builder, a *abi.JSONArray) error {
	if err := b.frame("["); err != nil {
		return err
	}
	for i := range a.Items {
		if i > 0 {
			if err := b.frame(","); err != nil {
				return err
			}
		}
		if err := r.json(b, &a.Items[i]); err != nil {
			return inItem(err, "items", i)
		}
	}
	return b.frame("]")
}

// isJSONLiteral reports whether s is a number, true, false or null and nothing around it.
func isJSONLiteral(s string) bool {
	if s == "" || strings.IndexByte("-0123456789tfn", s[0]) < 0 || s[len(s)-1] <= ' ' {
		return false
	}
	return json.Valid([]byte(s))
}
