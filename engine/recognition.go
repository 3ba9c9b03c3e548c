package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Recognition is a document that was read. Its JSON is the answer of the command line and the HTTP API.
type Recognition struct {
	Document string `json:"document"`
	Side     Side   `json:"side,omitempty"`
	// Fields by standard name. A field that is empty or missing on the card is not in the map.
	Fields   map[string]Field `json:"fields"`
	Portrait *Portrait        `json:"portrait,omitempty"`
	// Rotation of the card in the picture, in degrees clockwise from 0 to 359; nil when no provider gives it.
	Rotation *float64 `json:"rotation,omitempty"`
	// Signals by name, such as "copy": those that the providers of the fields checked.
	Signals map[string]Signal `json:"signals,omitempty"`
	// Checks of the engine by name, such as idcard.CheckExpired.
	Checks map[string]idcard.State `json:"checks,omitempty"`
	// VendorChecks are the results of vendors' own checks, by the same names.
	VendorChecks map[string]VendorCheck `json:"vendor_checks,omitempty"`
	// Extras are what a vendor gives beyond the model, by the vendor's own names.
	Extras map[string]string `json:"extras,omitempty"`
	// Attempts are all providers that were asked or skipped, in the order in which that was decided.
	Attempts []Attempt `json:"attempts"`
}

// Field is one field of a document.
type Field struct {
	// Value is normalized: ISO dates, "male" or "female". It is empty when the text cannot be normalized (see Flags), and for a valid_until
	// without end.
	Value string `json:"value,omitempty"`
	// Text as it was read.
	Text string `json:"text"`
	// LongTerm is set for a valid_until without end.
	LongTerm bool `json:"long_term,omitempty"`
	// Confidence is 0 to 1, or nil when the provider gives none.
	Confidence *float64 `json:"confidence,omitempty"`
	// Polygon around the field, in pixels of the picture that the caller sent, as it is stored.
	Polygon Polygon `json:"polygon,omitempty"`
	// Flags, for example "uncertain", "masked", "unnormalized".
	Flags []string `json:"flags,omitempty"`
	// Provider that supplied the field.
	Provider string `json:"provider"`
	// Agreed and Disagreed are the other providers of a consensus that have read the same value, or another one.
	Agreed    []string `json:"agreed,omitempty"`
	Disagreed []string `json:"disagreed,omitempty"`
}

// Disputed is the flag of a field on which too few providers of a consensus agree.
const Disputed = "disputed"

// Polygon is a list of points (x, y).
type Polygon [][2]float64

// Portrait says where the holder's photograph is.
type Portrait struct {
	Polygon Polygon `json:"polygon"`
}

// Signal is an observation on the picture or the card, such as that it is a copy.
type Signal struct {
	State      SignalState `json:"state"`
	VendorCode string      `json:"vendor_code,omitempty"`
}

// VendorCheck is the result of a vendor's own check.
type VendorCheck struct {
	State      CheckState `json:"state"`
	VendorCode string     `json:"vendor_code,omitempty"`
}

// Outcome says how an attempt ended.
type Outcome = route.Outcome

// Outcomes of an attempt.
const (
	// Recognized attempts have read the document.
	Recognized Outcome = route.Recognized
	// Failed attempts have a Failure.
	Failed Outcome = route.Failed
	// Skipped providers were not asked; Reason says why.
	Skipped Outcome = route.Skipped
	// Stopped attempts were begun, and the call did not wait for their end.
	Stopped Outcome = route.Stopped
)

// Attempt is one provider that was considered for a call: asked once, or skipped.
type Attempt struct {
	Provider string `json:"provider"`
	// Started is zero for a provider that was skipped.
	Started time.Time `json:"started,omitzero"`
	// Duration of the attempt. JSON has it in milliseconds.
	Duration time.Duration `json:"duration_ms"`
	Outcome  Outcome       `json:"outcome"`
	Failure  *Failure      `json:"failure,omitempty"`
	Billed   Billed        `json:"billed"`
	// Cost of the attempt in Currency, if it was or may have been billed.
	Cost Amount `json:"cost,omitzero"`
	// Currency of Cost, an ISO 4217 code; empty if there is no cost.
	Currency string `json:"currency,omitempty"`
	// Price says where the cost comes from, such as a package.
	Price Message `json:"price,omitzero"`
	// VendorRequestID identifies the request to the vendor's support.
	VendorRequestID string `json:"vendor_request_id,omitempty"`
	// Reason says why the provider was chosen or skipped.
	Reason Message `json:"reason"`
}

// attemptJSON is an Attempt in JSON.
type attemptJSON struct {
	Provider        string    `json:"provider"`
	Started         time.Time `json:"started,omitzero"`
	DurationMs      int64     `json:"duration_ms"`
	Outcome         Outcome   `json:"outcome"`
	Failure         *Failure  `json:"failure,omitempty"`
	Billed          Billed    `json:"billed"`
	Cost            Amount    `json:"cost,omitzero"`
	Currency        string    `json:"currency,omitempty"`
	Price           Message   `json:"price,omitzero"`
	VendorRequestID string    `json:"vendor_request_id,omitempty"`
	Reason          Message   `json:"reason"`
}

// MarshalJSON writes Duration in milliseconds.
func (a Attempt) MarshalJSON() ([]byte, error) {
	return marshalJSON(attemptJSON{
		a.Provider, a.Started, a.Duration.Milliseconds(), a.Outcome, a.Failure, a.Billed, a.Cost, a.Currency, a.Price, a.VendorRequestID, a.Reason,
	})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (a *Attempt) UnmarshalJSON(text []byte) error {
	var j attemptJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	duration := time.Duration(j.DurationMs) * time.Millisecond
	*a = Attempt{j.Provider, j.Started, duration, j.Outcome, j.Failure, j.Billed, j.Cost, j.Currency, j.Price, j.VendorRequestID, j.Reason}
	return nil
}

// clone returns a copy that shares nothing that a caller may change.
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

// pointed returns a pointer to a copy.
func pointed[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
