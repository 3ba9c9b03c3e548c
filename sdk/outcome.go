package sdk

import "strconv"

// Recognized is the action of a card that was read.
func Recognized(d *Done) *Action { return &Action{Done: d} }

// Failed is the action of a call that gave no card.
func Failed(f Fail) *Action { return &Action{Fail: &f} }

// Read is one field as read.
func Read(name, text string) Field { return Field{Name: name, Text: text} }

// Fields keeps the fields that have a text: to the engine, empty and missing are the same.
func Fields(fs ...Field) []Field {
	out := fs[:0]
	for _, f := range fs {
		if f.Text != "" {
			out = append(out, f)
		}
	}
	return out
}

// Table says what each code of a vendor means. An adapter's table is the vendor's own table, row by row.
type Table map[string]Fail

// Fail is the failure for a code with the vendor's message, both verbatim. A code the table does not list is a provider
// error of which nobody knows whether it was billed.
func (t Table) Fail(code, message string) Fail {
	f, ok := t[code]
	if !ok {
		f = Fail{Kind: ProviderError, FailOver: true, Billed: BilledUnknown, Fault: VendorFault, Message: "the vendor's document does not list this code"}
	}
	f.VendorCode, f.VendorMessage = code, message
	return f
}

// NoAnswer is the failure of an answer that is not in the vendor's form: a proxy's error page, for example. What it lacks
// is named; whether it was billed is unknown unless the status says that the request was turned away.
func NoAnswer(r *Response, lacks string) Fail {
	f := Fail{
		Kind: ProviderError, FailOver: true, Billed: BilledUnknown, Fault: VendorFault, RetryAfterMs: r.RetryAfterMillis(),
		Message: "the answer (" + r.Format.String() + ", status " + strconv.Itoa(int(r.Status)) + ") has no " + lacks,
	}
	switch {
	case r.Status == 401 || r.Status == 403:
		f.Kind, f.Billed, f.Fault = PermissionDenied, BilledNo, OperatorFault
	case r.Status == 404:
		f.Billed, f.Fault = BilledNo, OperatorFault
	case r.Status == 429:
		f.Kind, f.Retryable, f.Billed, f.Fault = RateLimited, true, BilledNo, OperatorFault
	case r.Status == 502 || r.Status == 503:
		f.Kind, f.Retryable, f.Billed = Unavailable, true, BilledNo
	case r.Status == 504:
		f.Kind, f.Retryable = OutcomeUnknown, false
	}
	return f
}

// Box is the polygon of an upright rectangle given by its top left corner and its size.
func Box(x, y, w, h float64) *Polygon {
	return &Polygon{Points: []float64{x, y, x + w, y, x + w, y + h, x, y + h}}
}
