package console

import (
	"strconv"

	"github.com/ocrmux/ocrmux/internal/money"
)

// accountView is a budget or a package in the words of a page.
type accountView struct {
	Name string
	// Until says when it is renewed or expires; empty if it never does.
	Until string
	Bars  []*barView
}

// barView shows one limit, in money or in calls.
type barView struct {
	// Parts of the bar, which is 100 wide.
	Parts []barPart
	// Spent to Limit are numbers in words. Unknown and Reserved are empty if they are zero.
	Spent, Unknown, Reserved, Left, Limit string
	// Low reports whether little or nothing is left.
	Low bool
}

// barPart is a part of a bar that begins at X. X and the Width are of 100.
type barPart struct{ Kind, X, Width string }

// nearly is the divisor of a limit below which little is left.
const nearly = 10

// account returns the view of a budget or package.
func (c *Console) account(v *visitor, currency money.Currency, a money.BudgetStatus) *accountView {
	x := &accountView{Name: a.Name}
	switch {
	case !a.Pool.IsZero():
		x.Name = v.say(a.Pool).Text
		if !a.Until.IsZero() {
			x.Until = v.T("usage.expires", c.clock(a.Until))
		}
	default:
		x.Name = v.T("usage.budget-"+string(a.Scope), a.Name, v.T("usage.per-"+string(a.Per)))
		if !a.Until.IsZero() {
			x.Until = v.T("usage.renews", c.clock(a.Until))
		}
	}
	if a.Limit.Amount > 0 {
		x.Bars = append(x.Bars, bar(a, func(u money.Units) int64 { return int64(u.Amount) }, func(n int64) (string, string) {
			text := coins(currency, money.Amount(n))
			return text, text
		}))
	}
	if a.Limit.Calls > 0 {
		x.Bars = append(x.Bars, bar(a, func(u money.Units) int64 { return u.Calls }, func(n int64) (string, string) {
			return number(n), v.T("usage.calls-of", number(n))
		}))
	}
	return x
}

// bar returns the view of one limit of a budget. say writes a number, without and with its unit. What other programs hold counts as
// reserved.
func bar(a money.BudgetStatus, of func(money.Units) int64, say func(int64) (text, full string)) *barView {
	limit, left, reserved := of(a.Limit), of(a.Left), of(a.Reserved)+of(a.Held)
	b := &barView{Low: left < limit/nearly || left <= 0}
	b.Spent, _ = say(of(a.Spent))
	_, b.Left = say(left)
	_, b.Limit = say(limit)
	if n := of(a.Unknown); n > 0 {
		b.Unknown, _ = say(n)
	}
	if reserved > 0 {
		b.Reserved, _ = say(reserved)
	}
	at := 0.0
	for _, p := range []struct {
		kind string
		n    int64
	}{{"spent", of(a.Spent)}, {"unknown", of(a.Unknown)}, {"reserved", reserved}} {
		width := min(100*float64(p.n)/float64(limit), 100-at)
		if width <= 0 {
			continue
		}
		b.Parts = append(b.Parts, barPart{p.kind, decimal(at), decimal(width)})
		at += width
	}
	return b
}

// decimal writes a length for SVG.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
