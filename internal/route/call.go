package route

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Call is one request to a route.
type Call struct {
	// Route by name; or Provider, the only one that is asked then.
	Route, Provider string
	Tenant          string
	Needs           Needs
	// Deadline of the whole call.
	Deadline time.Time
	// Attempt makes one try with one provider and says what came of it. Policies that ask several providers at once call it from
	// several goroutines. Its context ends when the try shall end; the cause is [ErrShare] when the try has had its share of
	// the call's time.
	Attempt func(ctx context.Context, t Attempt) Result
	// Go runs a try that the call may end before, in a goroutine of its own, for a caller who wants to know when the last one has ended and its
	// bill is settled; nil means the go statement.
	Go func(try func())
}

// spawn runs a try beside the call.
func (c *Call) spawn(try func()) {
	if c.Go == nil {
		go try()
		return
	}
	c.Go(try)
}

// Attempt is one attempt with one provider, in the order of their beginning, counted from 0.
type Attempt struct {
	Number   int
	Provider string
	Reason   string
	// Ready waits until the vendor may be asked: until the ledger has the try, so that its bill is not forgotten even if this program
	// ends the next moment. It must be called before anything is sent; what it fails with is then what came of the try, and cost nothing.
	// What is prepared before need not wait.
	Ready func(ctx context.Context) *Failure
}

// Result of a try: a reading or a failure.
type Result struct {
	Reading *Reading
	Failure *Failure
	// Billed says what is known of the vendor's bill.
	Billed          abi.Billed
	VendorRequestID string
}

// Reading is as much of a recognised document as a route decides by.
type Reading struct {
	// Fields by standard name.
	Fields map[string]Field
	// FailedChecks are the checks of the document that failed.
	FailedChecks []string
}

// Field of a reading.
type Field struct {
	// Value to compare: normalised, or as read where it could not be.
	Value string
	// Confidence is 0 to 1, nil when unknown.
	Confidence *float64
	// Proved is set when the document itself confirms the field, as a checksum does.
	Proved bool
}

// Failure is as much of a failed try as a route decides by.
type Failure struct {
	Kind      abi.FailureKind
	Fault     abi.Fault
	Retryable bool
	FailOver  bool
	// RetryAfter is what the vendor asked for; 0 when it asked for nothing.
	RetryAfter time.Duration
	// Message is for operators.
	Message string
	// Ours is set when the call ended it, or the picture was refused before anything was sent: it says nothing about the account.
	Ours bool
}

// AttemptRecord is a provider that was considered for a call: tried, or passed over.
type AttemptRecord struct {
	Provider string
	// Number of the try; -1 when the provider was passed over.
	Number  int
	Outcome Outcome
	Reason  string
	Started time.Time
	Took    time.Duration
	Result  Result
	// Cost is what the try costs if it was billed; the quote for a bill that is unknown.
	Cost money.Amount
	// Source says where the price comes from.
	Source string
}

// Outcome says what became of a provider in a call.
type Outcome string

const (
	// Skipped: it was not asked.
	Skipped Outcome = "skipped"
	// Recognized and Failed: it was asked and answered.
	Recognized Outcome = "recognized"
	Failed     Outcome = "failed"
	// Stopped: it was asked, and the call did not wait for its answer.
	Stopped Outcome = "stopped"
)

// Verdict is what came of a call.
type Verdict struct {
	// Winner is the number of the try whose reading is the result, -1 when there is none.
	Winner int
	// Vote says for each field who supplied it and who disagreed; only consensus has one.
	Vote *Vote
	// Failure is the try whose failure is the call's, by its number; -1 when no try was made or a reading won.
	Failure int
	// Refused says why no try was made, or no more; for a call without a winner.
	Refused *Refusal
	// Attempts in order.
	Attempts []AttemptRecord
}

// Refusal is a call that failed by the route and not by a provider.
type Refusal struct {
	Kind    abi.FailureKind
	Fault   abi.Fault
	Message string
	// RetryAfter is when it may be worth trying again; 0 when that is unknown.
	RetryAfter time.Duration
	// Err is the cause, such as a *money.BudgetError.
	Err error
}

// parks reports whether a failure means that the account is of no use until somebody mends it. One that may be retried says otherwise, such
// as a nonce that was used before.
func (f *Failure) parks() bool {
	if f.Ours || f.Retryable || f.Fault != abi.FaultOperator {
		return false
	}
	switch f.Kind {
	case abi.FailureKindUnauthenticated, abi.FailureKindPermissionDenied, abi.FailureKindQuotaExhausted:
		return true
	}
	return false
}

// parking is how long an account is parked for the n-th time in a row: what the vendor asked for, or a minute that doubles up to an hour.
func (f *Failure) parking(n int) time.Duration {
	if f.RetryAfter > 0 {
		return f.RetryAfter
	}
	return min(time.Minute<<min(n-1, 10), time.Hour)
}
