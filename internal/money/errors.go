package money

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrClosed is what Reserve gives once the Book was closed.
	ErrClosed = errors.New("the book of budgets is closed")
	// ErrLate is what [Reservation.Wait] gives when the ledger took the intent so late that another program may have concluded that
	// this one had ended. The vendor must not be asked; another reservation will do.
	ErrLate = errors.New("the ledger took the attempt too late")
)

// AmountError says that a text is no amount, or that a sum is too large for one.
type AmountError struct {
	Text   string
	Reason string
}

func (e *AmountError) Error() string {
	return fmt.Sprintf("%.40q is no amount of money: %s", e.Text, e.Reason)
}

// CurrencyError says that a price is in another currency than everything else. Prices are not converted.
type CurrencyError struct {
	// Of is what has the price, as in "the manifest's price for 100 calls".
	Of        string
	Got, Want Currency
}

func (e *CurrencyError) Error() string {
	return fmt.Sprintf("%s is in %.10q, but budgets and prices are in %s: give the price in %s, or choose the other currency for all",
		e.Of, string(e.Got), e.Want, e.Want)
}

// ConfigError says what is wrong with a tariff, a budget or the configuration of a Book.
type ConfigError struct {
	// At is where, as in "packages[1].calls".
	At     string
	Reason string
}

func (e *ConfigError) Error() string { return e.At + ": " + e.Reason }

// BudgetError says that a budget has not enough left for a call.
type BudgetError struct {
	Scope Scope
	Name  string
	Per   Per
	// Limit has a 0 for what is not limited. Spent includes what may have been billed; InFlight is reserved by calls that
	// have not ended.
	Limit, Spent, InFlight Units
	// Held is what other programs have leased of it: what they do not spend comes back, so that asking again may help.
	Held Units
	// Until is when the next period begins.
	Until time.Time
}

func (e *BudgetError) Error() string {
	used := e.Spent.plus(e.InFlight)
	s := fmt.Sprintf("the budget of %s %q per %s has not enough left for this call: ", e.Scope, e.Name, e.Per)
	switch {
	case e.Limit.Amount > 0 && e.Limit.Calls > 0:
		s += fmt.Sprintf("%s of %s and %s of %s calls are used", used.Amount, e.Limit.Amount, number(used.Calls), number(e.Limit.Calls))
	case e.Limit.Calls > 0:
		s += fmt.Sprintf("%s of %s calls are used", number(used.Calls), number(e.Limit.Calls))
	default:
		s += fmt.Sprintf("%s of %s are used", used.Amount, e.Limit.Amount)
	}
	if e.Held != (Units{}) {
		s += "; other programs hold a part, of which something may come back"
	}
	return s + "; the next period begins at " + e.Until.Format("2006-01-02 15:04 -07:00")
}

// StoreError says that a budget could not be looked up or written, so that nothing is spent from it.
type StoreError struct {
	// Counter is the key of the document.
	Counter string
	Err     error
}

func (e *StoreError) Error() string {
	return fmt.Sprintf("money: %s cannot be kept, so that nothing is spent: %v", e.Counter, e.Err)
}

func (e *StoreError) Unwrap() error { return e.Err }
