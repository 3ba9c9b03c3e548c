package conform

import (
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

// secretUse is a place of a secret in a request, and the use that its manifest entry must list.
type secretUse struct{ place, name, use string }

// usesIn returns the secrets in a request.
func usesIn(r *abi.HTTPRequest) []secretUse {
	var out []secretUse
	add := func(place string, v *abi.Value) { out = append(out, usesOf(place, v, value.UsePlain)...) }
	for _, v := range r.Query {
		add("query "+v.Name, v.Value)
	}
	for _, v := range r.Headers {
		add("header "+v.Name, v.Value)
	}
	if b := r.Body; b != nil {
		add("body", b.Raw)
		if b.Form != nil {
			for _, v := range b.Form.Fields {
				add("field "+v.Name, v.Value)
			}
		}
		if b.Multipart != nil {
			for _, v := range b.Multipart.Fields {
				add("field "+v.Name, v.Value)
			}
		}
		eachText("body", b.JSON, add)
	}
	return out
}

func eachText(place string, j *abi.JSON, visit func(string, *abi.Value)) {
	switch {
	case j == nil:
	case j.Object != nil:
		for _, m := range j.Object.Members {
			eachText(place+"/"+m.Name, m.Value, visit)
		}
	case j.Array != nil:
		for i := range j.Array.Items {
			eachText(place, &j.Array.Items[i], visit)
		}
	default:
		visit(place, j.Text)
	}
}

// usesOf returns the secrets in a value. use is the use outside the value's digests; the innermost digest counts.
func usesOf(place string, v *abi.Value, use string) []secretUse {
	if v == nil {
		return nil
	}
	var out []secretUse
	for _, p := range v.Parts {
		switch {
		case p.Secret != "":
			out = append(out, secretUse{place, p.Secret, use})
		case p.Digest != nil:
			name := strings.ReplaceAll(p.Digest.Algorithm.String(), "_", "-")
			if p.Digest.Key != nil && p.Digest.Algorithm != abi.AlgorithmRSASHA256 {
				name = "hmac-" + name
			}
			out = append(out, usesOf(place, p.Digest.Key, name)...)
			out = append(out, usesOf(place, p.Digest.Data, name)...)
		}
	}
	return out
}

// requestsOf returns the requests of a step: that of its action, and those of its host calls.
func requestsOf(s step) []*abi.HTTPRequest {
	var out []*abi.HTTPRequest
	for _, c := range s.calls {
		if c.call.HTTPSend != nil {
			out = append(out, c.call.HTTPSend)
		}
	}
	if a := s.action(); a != nil && a.Exchange != nil && a.Exchange.Request != nil {
		out = append(out, a.Exchange.Request)
	}
	return out
}
