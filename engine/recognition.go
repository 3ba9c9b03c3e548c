package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Recognition is a document that was read. As JSON it is what the command line and the HTTP API answer; what is absent is
// left out.
type Recognition struct {
	Document string `json:"document"`
	Side     Side   `json:"side,omitempty"`
	// Fields by standard name. Empty and missing are the same: not in the map.
	Fields   map[string]Field `json:"fields"`
	Portrait *Portrait        `json:"portrait,omitempty"`
	// Rotation is degrees clockwise by which the card is turned in the picture, 0 to 359; nil when no provider said.
	Rotation *float64          `json:"rotation,omitempty"`
	Signals  map[string]Signal `json:"signals,omitempty"`
	// Checks are the engine's own, by name: pass, fail or not_checked.
	Checks map[string]idcard.State `json:"checks,omitempty"`
	// VendorChecks are what vendors said on the same questions.
	VendorChecks map[string]VendorCheck `json:"vendor_checks,omitempty"`
	// Extras are what a vendor said beyond the model, by its own names.
	Extras   map[string]string `json:"extras,omitempty"`
	Attempts []Attempt         `json:"attempts"`
}

// Field is one field of a document.
type Field struct {
	// Value is normalised: ISO dates, male or female. Empty when the text could not be normalised (see Flags) and for a
	// long-term valid_until.
	Value string `json:"value,omitempty"`
	// Text is as read.
	Text string `json:"text"`
	// LongTerm is set for a valid_until without end.
	LongTerm bool `json:"long_term,omitempty"`
	// Confidence is 0 to 1, or nil when the provider gives none.
	Confidence *float64 `json:"confidence,omitempty"`
	// Polygon is in pixels, as stored, of the picture the caller sent.
	Polygon Polygon `json:"polygon,omitempty"`
	// Flags, for example "uncertain", "masked", "unnormalized".
	Flags []string `json:"flags,omitempty"`
	// Provider that supplied the field.
	Provider string `json:"provider"`
	// Agreed and Disagreed are the other providers of a consensus that read the same, or something else.
	Agreed    []string `json:"agreed,omitempty"`
	Disagreed []string `json:"disagreed,omitempty"`
}

// Disputed is the flag of a field on which too few providers of a consensus agree.
const Disputed = "disputed"

// Polygon is a list of points x, y.
type Polygon [][2]float64

// Portrait is where the holder's photograph is.
type Portrait struct {
	Polygon Polygon `json:"polygon"`
}

// Signal is something said about the picture or the card.
type Signal struct {
	State      SignalState `json:"state"`
	VendorCode string      `json:"vendor_code,omitempty"`
}

// VendorCheck is a vendor's own verdict.
type VendorCheck struct {
	State      string `json:"state"`
	VendorCode string `json:"vendor_code,omitempty"`
}

// Outcome says how an attempt ended.
type Outcome = route.Outcome

const (
	Recognized = route.Recognized
	Failed     = route.Failed
	Skipped    = route.Skipped
	// Stopped attempts were begun, and the call did not wait for their end.
	Stopped = route.Stopped
)

// Attempt is one provider that was considered for a call.
type Attempt struct {
	Provider string    `json:"provider"`
	Started  time.Time `json:"started,omitzero"`
	// DurationMs is in milliseconds.
	DurationMs int64    `json:"duration_ms"`
	Outcome    Outcome  `json:"outcome"`
	Failure    *Failure `json:"failure,omitempty"`
	Billed     Billed   `json:"billed"`
	// Cost of the attempt in Currency, if it was billed, or may have been.
	Cost     money.Amount `json:"cost,omitzero"`
	Currency string       `json:"currency,omitempty"`
	// Price says where the cost comes from, for example a package.
	Price string `json:"price,omitempty"`
	// VendorRequestID is what to quote to the vendor's support.
	VendorRequestID string `json:"vendor_request_id,omitempty"`
	// Reason says why the provider was chosen or skipped.
	Reason string `json:"reason"`
}

// clone is a copy that shares nothing that a caller may change.
func (r *Recognition) clone() *Recognition {
	out := *r
	out.Fields = maps.Clone(r.Fields)
	for name, f := range out.Fields {
		f.Flags, f.Polygon, f.Confidence = slices.Clone(f.Flags), slices.Clone(f.Polygon), pointed(f.Confidence)
		f.Agreed, f.Disagreed = slices.Clone(f.Agreed), slices.Clone(f.Disagreed)
		out.Fields[name] = f
	}
	out.Signals, out.Checks = maps.Clone(r.Signals), maps.Clone(r.Checks)
	out.VendorChecks, out.Extras = maps.Clone(r.VendorChecks), maps.Clone(r.Extras)
	out.Rotation, out.Attempts = pointed(r.Rotation), cloneAttempts(r.Attempts)
	if r.Portrait != nil {
		out.Portrait = &Portrait{Polygon: slices.Clone(r.Portrait.Polygon)}
	}
	return &out
}

func cloneAttempts(attempts []Attempt) []Attempt {
	out := slices.Clone(attempts)
	for i := range out {
		if f := out[i].Failure; f != nil {
			copied := f.clone()
			out[i].Failure = &copied
		}
	}
	return out
}

// pointed is a pointer to a copy.
func pointed[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
