package console

import (
	"fmt"
	"strconv"

	"github.com/ocrmux/ocrmux/internal/money"
)

// accountView is a budget or a package in words.
type accountView struct {
	Name string
	// Until says when it begins anew or expires; empty for never.
	Until string
	Bars  []*barView
}

// barView is what is left of one limit, in money or in calls.
type barView struct {
	// Parts of the whole bar, which is 100 wide.
	Parts []barPart
	// Spent to Limit are numbers in words; those that are zero and uninteresting are empty.
	Spent, Unknown, Reserved, Left, Limit string
	// Low: little or nothing is left.
	Low bool
}

// barPart is drawn from X, Width wide, both of 100.
type barPart struct{ Kind, X, Width string }

// nearly is the share of a limit below which little is left: one in so many.
const nearly = 10

// account is a budget or package for a visitor.
func (c *Console) account(v *visitor, currency money.Currency, a money.Account) *accountView {
	x := &accountView{Name: a.Name}
	switch {
	case !a.Pool.IsZero():
		x.Name = a.Pool.String()
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
		x.Bars = append(x.Bars, bar(a, func(u money.Units) int64 { return int64(u.Amount) }, func(n int64) string { return coins(currency, money.Amount(n)) }, "%s"))
	}
	if a.Limit.Calls > 0 {
		x.Bars = append(x.Bars, bar(a, func(u money.Units) int64 { return u.Calls }, number, v.T("usage.calls-of")))
	}
	return x
}

// bar is one limit of an account, written as the unit says. What other programs hold is reserved, too.
func bar(a money.Account, of func(money.Units) int64, say func(int64) string, unit string) *barView {
	limit, left, reserved := of(a.Limit), of(a.Left), of(a.Reserved)+of(a.Held)
	b := &barView{Spent: say(of(a.Spent)), Left: fmt.Sprintf(unit, say(left)), Limit: fmt.Sprintf(unit, say(limit)), Low: left < limit/nearly || left <= 0}
	if n := of(a.Unknown); n > 0 {
		b.Unknown = say(n)
	}
	if reserved > 0 {
		b.Reserved = say(reserved)
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

// decimal writes a length of a drawing.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
