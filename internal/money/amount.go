package money

import (
	"fmt"
	"math"
	"strings"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Micro is how many units of an Amount make one of its currency.
const Micro = 1_000_000

const decimals = 6

// Amount is money in millionths of a currency: 45,000 is 0.045. It can be negative, and its range is about 9.2 million million. As
// text and in JSON it is a decimal such as "0.045".
type Amount int64

// ParseAmount parses a decimal such as "0.045", "-3" or "12.50" exactly. Decimals after the sixth must be zeros. The error is an
// *[AmountError].
func ParseAmount(text string) (Amount, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return 0, &AmountError{text, message.NotADecimal}
	}
	if fraction = strings.TrimRight(fraction, "0"); len(fraction) > decimals {
		return 0, &AmountError{text, message.TooManyDecimals}
	}
	n := uint64(0)
	for _, c := range []byte(whole + fraction + "000000"[len(fraction):]) {
		if n > math.MaxInt64/10 {
			return 0, &AmountError{text, message.AmountTooLarge}
		}
		n = n*10 + uint64(c-'0')
	}
	switch {
	case n > math.MaxInt64:
		return 0, &AmountError{text, message.AmountTooLarge}
	case negative:
		return -Amount(n), nil
	}
	return Amount(n), nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// String returns the shortest decimal: "0.045", "12", "-0.5".
func (a Amount) String() string {
	sign, n := "", uint64(a)
	if a < 0 {
		sign, n = "-", -uint64(a)
	}
	s := fmt.Sprintf("%s%d.%06d", sign, n/Micro, n%Micro)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// MarshalText returns the same text as String.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText parses what [ParseAmount] accepts.
func (a *Amount) UnmarshalText(text []byte) (err error) {
	*a, err = ParseAmount(string(text))
	return err
}

// Add returns a+b, or an *[AmountError] if that is too large.
func (a Amount) Add(b Amount) (Amount, error) {
	sum := a + b
	if b > 0 && sum < a || b < 0 && sum > a {
		return 0, &AmountError{a.String() + " + " + b.String(), message.AmountTooLarge}
	}
	return sum, nil
}

// Times returns n·a, or an *[AmountError] if that is too large.
func (a Amount) Times(n int64) (Amount, error) {
	if a == 0 || n == 0 {
		return 0, nil
	}
	product := int64(a) * n
	if product/n != int64(a) || n == -1 && a == math.MinInt64 {
		return 0, &AmountError{fmt.Sprintf("%d · %s", n, a), message.AmountTooLarge}
	}
	return Amount(product), nil
}

// shareUp returns one of n equal shares, rounded up to the next millionth. a must not be negative.
func (a Amount) shareUp(n int64) Amount {
	share := int64(a) / n
	if int64(a)%n != 0 {
		share++
	}
	return Amount(share)
}

// Currency is an ISO 4217 code such as "CNY".
type Currency string

// CNY is the default currency of a Book.
const CNY Currency = "CNY"

func (c Currency) valid() bool {
	return len(c) == 3 && strings.Trim(string(c), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
