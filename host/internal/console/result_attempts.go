package console

import (
	"fmt"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
)

// timeline shows the attempts of a call on a common time axis.
type timeline struct {
	Attempts []attemptView
	// Cost of all attempts in words, and Span from the first to the last.
	Cost, Span string
}

// attemptView is one attempt in the words of a page. From and Length are thousandths of the timeline.
type attemptView struct {
	Provider, Outcome, Tone string
	Skipped                 bool
	From, Length            float64
	Duration                string
	Billed, Cost            string
	Price                   said // where its price comes from
	// Reason says why it was chosen or skipped.
	Reason  said
	Request string
	Kind    string
	Trouble *trouble
}

func (t *teller) timeline(attempts []engine.Attempt) *timeline {
	out := &timeline{Cost: t.spent(attempts)}
	var first, last time.Time
	for _, a := range attempts {
		if end := a.Started.Add(a.Duration); !a.Started.IsZero() {
			if first.IsZero() || a.Started.Before(first) {
				first = a.Started
			}
			if end.After(last) {
				last = end
			}
		}
	}
	span := max(last.Sub(first), time.Millisecond)
	out.Span = t.duration(span)
	for _, a := range attempts {
		one := attemptView{
			Provider: a.Provider, Outcome: t.word("outcome", string(a.Outcome)), Skipped: a.Outcome == engine.Skipped, Reason: t.say(a.Reason), Request: a.VendorRequestID,
			Billed: t.word("billed", a.Billed.String()), Price: t.say(a.Price),
		}
		if !one.Skipped {
			one.Duration = t.duration(a.Duration)
			one.From = 1000 * float64(a.Started.Sub(first)) / float64(span)
			one.Length = max(1000*float64(a.Duration)/float64(span), 6) // so that the shortest is visible
			one.From = min(one.From, 1000-one.Length)
		}
		if a.Cost > 0 {
			one.Cost = coins(money.Currency(a.Currency), a.Cost)
		}
		switch a.Outcome {
		case engine.Recognized:
			one.Tone = "good"
		case engine.Failed:
			one.Tone = "bad"
		}
		if f := a.Failure; f != nil {
			one.Kind = headline(t.named("failure", f.Kind.String()))
			one.Trouble = &trouble{Detail: t.say(f.Message), VendorCode: f.VendorCode, VendorSays: f.VendorMessage}
		}
		out.Attempts = append(out.Attempts, one)
	}
	return out
}

// spent returns the cost of attempts together: the maximum if it is unknown whether one was billed.
func (t *teller) spent(attempts []engine.Attempt) string {
	var total money.Amount
	var currency money.Currency
	billed, unknown := false, false
	for _, a := range attempts {
		if a.Outcome == engine.Skipped || a.Billed == abi.BilledNo {
			continue
		}
		billed, unknown = true, unknown || a.Billed == abi.BilledUnknown
		if sum, err := total.Add(a.Cost); err == nil && a.Cost > 0 {
			total, currency = sum, money.Currency(a.Currency)
		}
	}
	switch {
	case !billed:
		return t.T("read.spent.nothing")
	case total == 0 && unknown:
		return t.T("read.spent.unknown")
	case total == 0:
		return t.T("read.spent.unpriced")
	case unknown:
		return t.T("read.spent.most", coins(currency, total))
	}
	return coins(currency, total)
}

// bytesText writes a size.
func bytesText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%.4g MB", float64(n)/(1<<20))
}
