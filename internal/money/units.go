package money

import "math"

// Units are an amount of money and a number of calls that belong together.
type Units struct {
	Amount Amount `json:"amount,omitempty"`
	Calls  int64  `json:"calls,omitempty"`
}

func (u Units) plus(v Units) Units {
	return Units{Amount(saturate(int64(u.Amount), int64(v.Amount))), saturate(u.Calls, v.Calls)}
}

func (u Units) minus(v Units) Units { return u.plus(Units{-v.Amount, -v.Calls}) }

// saturate adds and stops at the ends of the range, so that an unlimited counter never becomes negative.
func saturate(a, b int64) int64 {
	switch sum := a + b; {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	default:
		return sum
	}
}

// within sets to 0 what the limit does not bound. A limit bounds what it has a positive number for.
func (u Units) within(limit Units) Units {
	if limit.Amount <= 0 {
		u.Amount = 0
	}
	if limit.Calls <= 0 {
		u.Calls = 0
	}
	return u
}

// covers reports whether u is enough for need in all that the limit bounds.
func (u Units) covers(need, limit Units) bool {
	return (limit.Amount <= 0 || u.Amount >= need.Amount) && (limit.Calls <= 0 || u.Calls >= need.Calls)
}

func (u Units) largest(v Units) Units { return Units{max(u.Amount, v.Amount), max(u.Calls, v.Calls)} }
func (u Units) least(v Units) Units   { return Units{min(u.Amount, v.Amount), min(u.Calls, v.Calls)} }
