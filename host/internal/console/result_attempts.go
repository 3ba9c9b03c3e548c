package console

import (
	"fmt"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
)

// timeline are the attempts of a call, side by side in time.
type timeline struct {
	Attempts []attemptView
	// Cost of all of them in words, Span from the first to the last.
	Cost, Span string
}

// attemptView is one attempt in words. From and Length are thousandths of the timeline.
type attemptView struct {
	Provider, Outcome, Tone string
	Skipped                 bool
	From, Length            float64
	Duration                string
	Billed, Cost, Price     string
	// Reason is why it was chosen or skipped, in the engine's own words.
	Reason, Request string
	Kind            string
	Trouble         *trouble
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
			Provider: a.Provider, Outcome: t.word("outcome", string(a.Outcome)), Skipped: a.Outcome == engine.Skipped, Reason: a.Reason.String(), Request: a.VendorRequestID,
			Billed: t.word("billed", a.Billed.String()), Price: a.Price.String(),
		}
		if !one.Skipped {
			one.Duration = t.duration(a.Duration)
			one.From = 1000 * float64(a.Started.Sub(first)) / float64(span)
			one.Length = max(1000*float64(a.Duration)/float64(span), 6) // the shortest can be seen, too
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
			one.Kind = t.word("kind", f.Kind.String())
			one.Trouble = &trouble{Detail: f.Message, VendorCode: f.VendorCode, VendorSays: f.VendorMessage}
		}
		out.Attempts = append(out.Attempts, one)
	}
	return out
}

// spent is what attempts cost together. Where it is not known whether one was billed, it is the most that it can be.
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

// duration is one that people read.
func (t *teller) duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return t.T("read.milliseconds", d.Milliseconds())
	case d < 2*time.Minute:
		return t.T("read.seconds", d.Seconds())
	}
	return t.T("read.minutes", d.Minutes())
}

// bytesText is a size that people read.
func bytesText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%.4g MB", float64(n)/(1<<20))
}
