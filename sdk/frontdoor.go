package sdk

import (
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// Admitted returns the meaning of a request. The host carries it out if its proofs hold.
func Admitted(a *Admit) *Accepted { return &Accepted{Admit: a} }

// Answered returns an answer that the host sends at once.
func Answered(r *InboundResponse) *Accepted { return &Accepted{Answer: r} }

// AnswerJSON returns a response with a JSON body.
func AnswerJSON(status uint32, body JSON, headers ...Header) *InboundResponse {
	return &InboundResponse{Status: status, Headers: headers, Body: &abi.Body{JSON: &body}}
}

// AnswerText returns a response with a body that is sent as it is.
func AnswerText(status uint32, contentType, body string) *InboundResponse {
	v := Text(body)
	return &InboundResponse{Status: status, Headers: []Header{{Name: "Content-Type", Value: contentType}}, Body: &abi.Body{Raw: &v}}
}

// Given returns the value of a leaf: its text, or the bytes that the host holds for a long text or a file. The value of
// nil is empty.
func Given(l *Leaf) Value {
	if l == nil {
		return Value{}
	}
	if l.Handle != 0 {
		return Blob(l.Handle, Raw)
	}
	return Text(l.Value)
}

// PictureFrom returns the picture in a leaf. e is the encoding of the leaf: [Raw] for a file, [Base64] for a text.
func PictureFrom(l *Leaf, e Encoding) *InboundPicture {
	if l.Handle == 0 {
		return &InboundPicture{Base64: l.Value}
	}
	return &InboundPicture{Blob: &abi.Blob{Handle: l.Handle, Encoding: e}}
}

// Params returns the parameters of a query or a form by name, in their order, as signatures need them: unescaped, and
// without files. Of parameters with the same name it returns the first.
func Params(ls Leaves) []NamedValue {
	var out []NamedValue
	seen := make(map[string]bool, len(ls))
	for i := range ls {
		name, _, _ := strings.Cut(strings.TrimPrefix(ls[i].Path, "/"), "/")
		name = jsonpointer.Unescape(name)
		if !seen[name] && ls[i].Filename == "" {
			seen[name] = true
			out = append(out, Param(name, Given(&ls[i])))
		}
	}
	return out
}
