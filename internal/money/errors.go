package money

import (
	"fmt"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

var (
	// ErrClosed is returned by Reserve once the Book is closed.
	ErrClosed error = &codeError{message.BookClosed}
	// ErrLate is returned by [Reservation.Wait] when the ledger took the intent so late that another program may have concluded
	// that this one had ended. The vendor must not be asked. A new reservation may succeed.
	ErrLate error = &codeError{message.IntentLate}
)

// codeError is an error without parameters.
type codeError struct{ code message.Code }

func (e *codeError) Error() string { return e.Message().String() }

// Message returns the error as a message.
func (e *codeError) Message() message.Message { return message.New(e.code) }

// AmountError reports a text that is not an amount, or a result that is too large for one.
type AmountError struct {
	Text   string
	Reason message.Code
}

func (e *AmountError) Error() string { return e.Message().String() }

// Message returns the error as a message.
func (e *AmountError) Message() message.Message {
	return message.New(message.NotAnAmount, "text", quote(e.Text, 40), "why", message.New(e.Reason))
}

// CurrencyError reports a price in another currency than the rest. Prices are not converted.
type CurrencyError struct {
	// Of names what has the price.
	Of        message.Message
	Got, Want Currency
}

func (e *CurrencyError) Error() string { return e.Message().String() }

// Message returns the error as a message.
func (e *CurrencyError) Message() message.Message {
	return message.New(message.OtherCurrency, "what", e.Of, "got", quote(string(e.Got), 10), "want", string(e.Want))
}

// ConfigError reports what is wrong with a tariff, a budget or the configuration of a Book.
type ConfigError struct {
	// At is the setting, as in "packages[1].calls".
	At     string
	Reason message.Message
}

// wrong returns a ConfigError; see [message.New] for the parameters.
func wrong(at string, reason message.Code, params ...any) error {
	return &ConfigError{at, message.New(reason, params...)}
}

func (e *ConfigError) Error() string { return e.Message().String() }

// Message returns the error as a message.
func (e *ConfigError) Message() message.Message {
	return message.New(message.SettingWrong, "setting", e.At, "problem", e.Reason)
}

// BudgetError reports that a budget has not enough left for a call.
type BudgetError struct {
	Scope Scope
	Name  string
	Per   Per
	// Limit has a 0 for what is not limited. Spent includes what may have been billed. InFlight is reserved by calls that
	// have not ended.
	Limit, Spent, InFlight Units
	// Held is what other programs have leased of the budget. They give back what they do not spend, so asking again may help.
	Held Units
	// Until is when the next period begins.
	Until time.Time
}

func (e *BudgetError) Error() string { return e.Message().String() }

// Message returns the error as a message.
func (e *BudgetError) Message() message.Message {
	used := e.Spent.plus(e.InFlight)
	code := message.UsedAmount
	switch {
	case e.Limit.Amount > 0 && e.Limit.Calls > 0:
		code = message.UsedBoth
	case e.Limit.Calls > 0:
		code = message.UsedCalls
	}
	var held message.Message
	if e.Held != (Units{}) {
		held = message.New(message.HeldByOthers)
	}
	return message.New(message.BudgetUsedUp, "scope", e.Scope, "name", strconv.Quote(e.Name), "per", e.Per, "held", held, "until", e.Until,
		"used", message.New(code, "amount", used.Amount, "limit", e.Limit.Amount, "calls", used.Calls, "call_limit", e.Limit.Calls))
}

// StoreError reports that a counter could not be read or written, so that nothing is spent from it.
type StoreError struct {
	// Counter is the key of the document.
	Counter string
	Err     error
}

func (e *StoreError) Error() string { return e.Message().String() }

// Message returns the error as a message.
func (e *StoreError) Message() message.Message {
	return message.New(message.CounterUnwritable, "counter", e.Counter, "cause", message.Error(e.Err))
}

func (e *StoreError) Unwrap() error { return e.Err }

// quote returns a text in quotes, cut off after a number of characters.
func quote(text string, most int) string { return fmt.Sprintf("%.*q", most, text) }
