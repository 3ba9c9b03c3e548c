package sdk

import (
	"math"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// Admitted lets a request in once its proofs hold.
func Admitted(a *Admit) *Accepted { return &Accepted{Admit: a} }

// Answered answers a request at once.
func Answered(r *InboundResponse) *Accepted { return &Accepted{Answer: r} }

// AnswerJSON is a response with a JSON body.
func AnswerJSON(status uint32, body JSON, headers ...Header) *InboundResponse {
	return &InboundResponse{Status: status, Headers: headers, Body: &abi.Body{JSON: &body}}
}

// AnswerText is a response with a body that is sent as it is.
func AnswerText(status uint32, contentType, body string) *InboundResponse {
	v := Text(body)
	return &InboundResponse{Status: status, Headers: []Header{{Name: "Content-Type", Value: contentType}}, Body: &abi.Body{Raw: &v}}
}

// Given is what a leaf of an inbound request stands for in a Value: its text, or the bytes the host holds.
func Given(l *abi.Leaf) Value {
	if l == nil {
		return Value{}
	}
	if l.Handle != 0 {
		return Blob(l.Handle, Raw)
	}
	return Text(l.Value)
}

// PictureFrom is a picture that came in a leaf in an encoding: Raw for a file, Base64 for a text.
func PictureFrom(l *abi.Leaf, e Encoding) *InboundPicture {
	if l.Handle == 0 {
		return &InboundPicture{Base64: l.Value}
	}
	return &InboundPicture{Blob: &abi.Blob{Handle: l.Handle, Encoding: e}}
}

// StringText is a JSON string of a plain text.
func StringText(s string) JSON { return String(Text(s)) }

// IsForm reports whether the body of an inbound request was read as a form, whatever its content type says.
func (r *InboundRequest) IsForm() bool { return r.Format == abi.BodyFormatForm }

// IsJSON reports whether the body of an inbound request was read as JSON, whatever its content type says.
func (r *InboundRequest) IsJSON() bool { return r.Format == abi.BodyFormatJSON }

// Params are the parameters of a query or a form by name, in their order, as signatures want them: texts before they were
// escaped, files left out, and of those that repeat the first.
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

// Bounds is the upright box around a polygon, as Box takes it; false for a polygon of less than three points.
func Bounds(p *Polygon) (x, y, w, h float64, ok bool) {
	if p == nil || len(p.Points) < 6 || len(p.Points)%2 != 0 {
		return 0, 0, 0, 0, false
	}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := 0; i < len(p.Points); i += 2 {
		left, right = min(left, p.Points[i]), max(right, p.Points[i])
		top, bottom = min(top, p.Points[i+1]), max(bottom, p.Points[i+1])
	}
	return left, top, right - left, bottom - top, true
}
