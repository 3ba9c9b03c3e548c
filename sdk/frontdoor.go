package sdk

import "github.com/ocrmux/ocrmux/engine/abi"

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
