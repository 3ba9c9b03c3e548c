package route

import (
	"context"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// Call is one request to a route.
type Call struct {
	// Route by name, or Provider to ask that one alone.
	Route, Provider string
	Tenant          string
	Needs           Needs
	// Deadline of the whole call.
	Deadline time.Time
	// Attempt asks one provider and returns the result. Policies that ask several providers at once call it from several
	// goroutines. Its context ends when the attempt must end; the cause is [ErrShare] when the attempt has used up its share of
	// the call's time.
	Attempt func(ctx context.Context, a Attempt) Result
	// Go runs an attempt in a goroutine of its own. The attempt may outlast the call; a caller that counts these goroutines knows
	// when all are settled. nil means the go statement.
	Go func(attempt func())
}

// spawn runs an attempt in a goroutine of its own.
func (c *Call) spawn(attempt func()) {
	if c.Go == nil {
		go attempt()
		return
	}
	c.Go(attempt)
}

// Attempt is one provider asked once for a call.
type Attempt struct {
	// Number counts the attempts of a call from 0, in the order in which they begin.
	Number   int
	Provider string
	// Reason says why the provider was chosen.
	Reason message.Message
	// Ready waits until the ledger has the attempt, so that its bill is not forgotten even if this program ends the next moment.
	// It must be called before anything is sent to the vendor. If it returns a failure, that is the result of the attempt, and
	// nothing was billed.
	Ready func(ctx context.Context) *Failure
}

// Result of an attempt is a reading or a failure.
type Result struct {
	Reading *Reading
	Failure *Failure
	// Billed says what is known of the vendor's bill.
	Billed          abi.Billed
	VendorRequestID string
}

// Reading is the part of a recognition that a route needs for its decisions.
type Reading struct {
	// Fields by standard name.
	Fields map[string]Field
	// FailedChecks are the checks of the document that failed.
	FailedChecks []string
}

// Field of a reading.
type Field struct {
	// Value to compare: normalised if possible, otherwise as read.
	Value string
	// Confidence is 0 to 1, nil when unknown.
	Confidence *float64
	// Proved is set if the document itself confirms the field, for example with a checksum.
	Proved bool
}

// Failure says why an attempt, or a call for which no provider was asked, has no reading. It is the part of a failure that a route
// decides by.
type Failure struct {
	Kind      abi.FailureKind
	Fault     abi.Fault
	Retryable bool
	FailOver  bool
	// RetryAfter is the wait that the vendor asked for, or after which a refused call may succeed; 0 if that is unknown.
	RetryAfter time.Duration
	// Message is for operators.
	Message message.Message
	// Ours is set if the failure says nothing about the account: the call ended the attempt, or the picture was refused before
	// anything was sent.
	Ours bool
	// Err is the cause of a refused call, such as a *money.BudgetError.
	Err error
}

// AttemptRecord is a provider that was considered for a call: it was asked or passed over.
type AttemptRecord struct {
	Provider string
	// Number of the attempt; -1 when the provider was passed over.
	Number  int
	Outcome Outcome
	// Reason says why the provider was chosen or passed over.
	Reason  message.Message
	Started time.Time
	Took    time.Duration
	Result  Result
	// Cost of the attempt; its quote if it is unknown whether it was billed.
	Cost money.Amount
	// PriceSource says where the price comes from.
	PriceSource message.Message
}

// Outcome says how a provider fared in a call.
type Outcome string

const (
	// Skipped providers were not asked.
	Skipped Outcome = "skipped"
	// Recognized and Failed providers answered.
	Recognized Outcome = "recognized"
	Failed     Outcome = "failed"
	// Stopped providers were asked, and the call did not wait for the answer.
	Stopped Outcome = "stopped"
)

// Verdict is the result of a call.
type Verdict struct {
	// Winner is the number of the attempt whose reading is the result, or -1.
	Winner int
	// Vote says for each field who supplied it and who disagreed. Only the policy consensus has one.
	Vote *Vote
	// Failure is the number of the attempt whose failure is the result, or -1.
	Failure int
	// Refused says why no attempt was made. It is set if there is neither a winner nor a failure.
	Refused *Failure
	// Attempts in order.
	Attempts []AttemptRecord
}

// parks reports whether an operator must resolve a failure before the account can be asked again. That is not so for a failure
// that may be retried, such as a nonce that was used before.
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

// parking returns how long an account is parked for the n-th time in a row: as long as the vendor asked for, or a minute that
// doubles up to an hour.
func (f *Failure) parking(n int) time.Duration {
	if f.RetryAfter > 0 {
		return f.RetryAfter
	}
	return min(time.Minute<<min(n-1, 10), time.Hour)
}
