package conform

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

func checkFailures(ctx context.Context, s *Subject, o *Outcome) error {
	tables, err := readTables(s.options.Exchanges)
	if err != nil {
		o.wrong("", "see the author's guide on the table of failures", "%v", err)
		return nil
	}
	switch {
	case len(tables) == 0 && !s.calls():
		o.inapplicable(callsNobody)
		return nil
	case len(tables) == 0:
		o.wrong("", "write the vendor's table of codes into it, see the author's guide", "there is no %s beside the exchanges", FailuresFile)
		return nil
	}
	rows := 0
	for _, t := range tables {
		at, problem := s.answered(t)
		if problem != "" {
			o.wrong(FailuresFile, "", "%s", problem)
			continue
		}
		for _, r := range t.rows {
			if r.code != anyCode {
				rows++
				s.checkRow(ctx, t, r, at, o)
			}
		}
		if strings.Contains(t.template, "{code}") {
			s.checkRow(ctx, t, t.asRow(), at, o)
		}
	}
	o.looked(rows, "row")
	return ctx.Err()
}

// answered returns the step that gets a table's answers, or why there is none.
func (s *Subject) answered(t *table) (at step, problem string) {
	from := s.recognized()
	if t.golden != "" {
		i := slices.IndexFunc(s.tracks, func(track *track) bool { return track.golden.Name == t.golden })
		if i < 0 {
			return at, fmt.Sprintf("there is no golden exchange %s", t.golden)
		}
		from = s.tracks[i]
	}
	if from == nil {
		return at, "there is no golden exchange in which a card was read, so there is no call to answer"
	}
	var answers []step
	for _, st := range from.steps {
		if st.input().Response != nil {
			answers = append(answers, st)
		}
	}
	number := cmp.Or(t.number, len(answers))
	if number < 1 || number > len(answers) {
		return at, fmt.Sprintf("the golden exchange %s has no exchange %d", from.golden.Name, number)
	}
	return answers[number-1], ""
}

func (s *Subject) checkRow(ctx context.Context, t *table, r row, at step, o *Outcome) {
	where := FailuresFile + ", code " + r.code
	if t.name != "" {
		where = FailuresFile + ", " + t.name + ", code " + r.code
	}
	if r.message != "" {
		where += " " + r.message
	}
	a, ok := t.fill(r)
	var in *abi.StepRequest
	if ok {
		in = answering(at, a)
	}
	if in == nil {
		o.wrong(where, "write a status, headers, an empty line and the body, as in response.http", "the template makes no answer that a host would pass on")
		return
	}
	st := s.ask(ctx, s.main, in, at.calls)
	got := st.action()
	switch {
	case st.err != nil:
		o.wrong(where, "return a failure", "the step fails: %v", st.err)
	case r.again && got.Exchange == nil:
		o.wrong(where, "send the request again", "the provider sends nothing")
	case r.again:
	case got.Fail == nil:
		o.wrong(where, "return a failure", "the provider does not return a failure")
	default:
		compareRow(where, t, r, got.Fail, o)
	}
}

// compareRow compares a failure with a row. It compares the code and the message only if the template has them.
func compareRow(where string, t *table, r row, f *abi.Fail, o *Outcome) {
	differ := func(what string, got, want any) {
		o.wrong(where, fmt.Sprintf("%s %v", what, want), "%s is %v", what, got)
	}
	if r.kind != nil && f.Kind != *r.kind {
		differ("kind", f.Kind, *r.kind)
	}
	if r.retryable != nil && f.Retryable != *r.retryable {
		differ("retryable", f.Retryable, *r.retryable)
	}
	if r.failOver != nil && f.FailOver != *r.failOver {
		differ("fail_over", f.FailOver, *r.failOver)
	}
	if r.billed != nil && f.Billed != *r.billed {
		differ("billed", f.Billed, *r.billed)
	}
	if r.fault != nil && f.Fault != *r.fault {
		differ("fault", f.Fault, *r.fault)
	}
	if strings.Contains(t.template, "{code}") && f.VendorCode != r.code {
		differ("vendor_code", fmt.Sprintf("%q", f.VendorCode), fmt.Sprintf("%q, verbatim", r.code))
	}
	if strings.Contains(t.template, "{message}") && !strings.Contains(f.VendorMessage, r.message) {
		differ("vendor_message", fmt.Sprintf("%q", f.VendorMessage), fmt.Sprintf("%q, verbatim", r.message))
	}
	if f.Message == "" {
		o.wrong(where, "write a message for the operator in your own words", "the failure has no message")
	}
}

// answering returns a step like at with another answer. It returns nil if the host would end the call without the
// provider.
func answering(at step, a answer) *abi.StepRequest {
	in := at.input()
	r := &abi.Response{State: in.Response.State, Status: uint32(a.status), BodySize: uint64(len(a.body))}
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		for _, v := range a.header[name] {
			r.Headers = append(r.Headers, abi.Header{Name: strings.ToLower(name), Value: strings.ToValidUTF8(v, "\uFFFD")})
		}
	}
	flat, err := leaf.Flatten(a.header.Get("Content-Type"), []byte(a.body), leaf.Options{})
	if err != nil {
		return nil
	}
	r.Format, r.Leaves = flat.Format, flat.Leaves
	if in.Response.Body != nil {
		r.Body = []byte(a.body)
	}
	in.Response = r
	return in
}
