package declarative

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// pass is what a table says that leaves an answer to the next one.
const pass = "pass"

// usual returns what a failure of each kind is like unless the file says otherwise.
func usual() map[string]abi.Fail {
	const (
		yes, no                          = true, false
		unknown, unbilled                = abi.BilledUnknown, abi.BilledNo
		nobody, caller, operator, vendor = abi.FaultUnspecified, abi.FaultCaller, abi.FaultOperator, abi.FaultVendor
	)
	of := func(kind abi.FailureKind, retryable, failOver bool, billed abi.Billed, fault abi.Fault) abi.Fail {
		return abi.Fail{Kind: kind, Retryable: retryable, FailOver: failOver, Billed: billed, Fault: fault}
	}
	out := make(map[string]abi.Fail)
	for _, f := range []abi.Fail{
		of(abi.FailureKindInvalidRequest, no, no, unknown, caller),
		of(abi.FailureKindInvalidImage, no, yes, unknown, caller),
		of(abi.FailureKindNoDocument, no, yes, unknown, caller),
		of(abi.FailureKindUnreadable, no, yes, unknown, caller),
		of(abi.FailureKindUnauthenticated, no, yes, unbilled, operator),
		of(abi.FailureKindPermissionDenied, no, yes, unknown, operator),
		of(abi.FailureKindQuotaExhausted, no, yes, unknown, operator),
		of(abi.FailureKindRateLimited, yes, yes, unbilled, operator),
		of(abi.FailureKindUnavailable, yes, yes, unknown, vendor),
		of(abi.FailureKindTimeout, no, yes, unknown, vendor),
		of(abi.FailureKindOutcomeUnknown, no, yes, unknown, vendor),
		of(abi.FailureKindProviderError, no, yes, unknown, vendor),
		of(abi.FailureKindInternal, no, yes, unknown, nobody),
	} {
		out[f.Kind.String()] = f
	}
	return out
}

// failureRule makes one failure.
type failureRule struct {
	fail    abi.Fail
	message *compiled
	// lacks makes it the failure of an answer without form; "" for others.
	lacks string
	// again is the step to begin again with, -1 for none.
	again int
	// pass leaves the answer to the next table.
	pass bool
}

// make makes the failure for the answer at hand, which is nil before anything was sent.
func (f *failureRule) make(r *run) abi.Fail {
	out := f.fail
	if f.lacks != "" {
		out = adapter.NoAnswer(r.response, f.lacks)
	}
	if f.message != nil {
		out.Message = f.message.say(r)
	}
	return out
}

// failure compiles a failure; nil gives nil.
func (c *compiler) failure(f *failure, s scope) *failureRule {
	if f == nil {
		return nil
	}
	if f.kind != nil {
		if f.kind.s == pass {
			return &failureRule{pass: true, again: -1}
		}
		return c.failureBody(&failureBody{place: f.place, Kind: f.kind}, s)
	}
	return c.failureBody(f.body, s)
}

func (c *compiler) failureBody(b *failureBody, s scope) *failureRule {
	out := &failureRule{again: -1}
	switch c.exactlyOne(b.place, b, "source") {
	case "kind":
		kinds := usual()
		f, known := kinds[b.Kind.s]
		if !known {
			c.fail(b.Kind.place, "%s is no kind of failure, %s", shown(b.Kind.node), among(b.Kind.s, kindNames(kinds)))
		}
		out.fail = f
	case "no_answer":
		c.needAnswer(b.NoAnswer.place, s)
		out.lacks = b.NoAnswer.s
		for _, key := range []string{"retryable", "fail_over", "billed", "fault"} {
			if b.node.Get(key) != nil {
				c.fail(place{keyNode(b.place, key)}, "%q follows from the HTTP status beside no_answer, want it left out or a kind", key)
			}
		}
	}
	if b.Message != nil {
		own := s
		own.message = true
		out.message = c.textOnly(b.Message, own)
	}
	if b.Retryable != nil {
		out.fail.Retryable = *b.Retryable
	}
	if b.FailOver != nil {
		out.fail.FailOver = *b.FailOver
	}
	if b.Billed != nil && c.oneOf(b.Billed, "yes", "no", "unknown") {
		out.fail.Billed = billedBy(b.Billed.s, 0)
	}
	if b.Fault != nil && c.oneOf(b.Fault, "caller", "operator", "vendor", "network") {
		_ = out.fail.Fault.UnmarshalText([]byte(b.Fault.s)) // one of its names
	}
	if b.Again != nil {
		out.again = c.beginAgain(b.Again, s)
	}
	return out
}

// beginAgain finds the step to begin again with.
func (c *compiler) beginAgain(w *word, s scope) int {
	var names []string
	for i := range c.doc.Before {
		names = append(names, c.doc.Before[i].Name.text())
	}
	i := slices.Index(names, w.s)
	switch {
	case !s.answer:
		c.fail(w.place, "nothing was sent yet, so nothing can begin again")
	case i < 0:
		c.fail(w.place, "%s is no exchange under before, want its name", shown(w.node))
	case c.doc.Before[i].Cache == nil:
		c.fail(w.place, "the exchange %q keeps nothing, so there is nothing to forget", w.s)
	}
	return i
}

func kindNames(kinds map[string]abi.Fail) []string {
	out := make([]string, 0, len(kinds))
	for k := abi.FailureKindInvalidRequest; k <= abi.FailureKindInternal; k++ {
		if _, ok := kinds[k.String()]; ok {
			out = append(out, k.String())
		}
	}
	return out
}

// billedBy returns what a text says of the bill, or otherwise.
func billedBy(said string, otherwise abi.Billed) abi.Billed {
	switch said {
	case "yes":
		return abi.BilledYes
	case "no":
		return abi.BilledNo
	case "unknown":
		return abi.BilledUnknown
	}
	return otherwise
}

// refusalRule is a call that fails before anything is sent.
type refusalRule struct {
	when func(*run) bool
	fail *failureRule
}

func (c *compiler) refusal(f *refusal, s scope) refusalRule {
	out := refusalRule{fail: c.failureBody(&f.failureBody, s), when: always}
	if f.When != nil {
		out.when = c.condition(f.When, s)
	}
	if f.Billed == nil {
		out.fail.fail.Billed = abi.BilledNo // nothing was sent
	}
	return out
}
