package console

import (
	"strconv"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/internal/money"
)

// coins writes an amount with at least two decimals: "¥0.05", "USD 12.00".
func coins(currency money.Currency, a money.Amount) string {
	text, negative := strings.CutPrefix(a.String(), "-")
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	unit := string(currency) + " "
	if currency == money.CNY {
		unit = "¥"
	}
	text = unit + thousands(whole) + "." + fraction
	if negative {
		return "-" + text
	}
	return text
}

// number writes a count: "12,345".
func number(n int64) string {
	text, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
	if negative {
		return "-" + thousands(text)
	}
	return thousands(text)
}

// thousands separates the thousands of digits.
func thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// milliseconds returns a duration that a contract gives in milliseconds.
func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
