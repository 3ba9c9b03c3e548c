package idcard

import (
	"strconv"
	"strings"
	"time"
)

// Number is what an identity number says of its holder (GB 11643).
type Number struct {
	// Region is the code of the place where the number was given out, six digits; see [LookupRegion].
	Region string
	// Birth is the day of birth.
	Birth Date
	// Sequence tells apart those born on one day in one region, 0 to 999: odd for men, even for women.
	Sequence int
	// Sex is [Male] or [Female].
	Sex string
	// FifteenDigits is set for the form used before 1999, which has a year of two digits and no checksum.
	FifteenDigits bool
}

// NumberProblem says what is wrong with a number.
type NumberProblem string

const (
	NumberLength    NumberProblem = "length"    // neither 18 nor 15 characters
	NumberCharacter NumberProblem = "character" // something other than digits and a final X
	NumberDate      NumberProblem = "date"      // the calendar does not have the day of birth
	NumberChecksum  NumberProblem = "checksum"  // the last character is not the check digit of the others
)

// NumberError is the error of [ParseNumber] and [ChecksumDigit]. It never repeats the number.
type NumberError struct {
	Problem NumberProblem
}

func (e *NumberError) Error() string {
	switch e.Problem {
	case NumberLength:
		return "identity number: has the wrong length: want 18 characters, or 15 in the old form"
	case NumberCharacter:
		return "identity number: has a character that is no digit: only the last of 18 may be a capital X; normalise the text first"
	case NumberDate:
		return "identity number: its day of birth does not exist: a digit of characters 7 to 14 was misread or mistyped"
	case NumberChecksum:
		return "identity number: the last character is not the check digit of the others: a character was misread or mistyped"
	}
	return "identity number: is wrong: " + string(e.Problem)
}

const (
	numberLength    = 18
	oldNumberLength = 15
)

// ParseNumber takes a number apart: 17 digits and a digit or capital X, or the 15 digits of the old form.
//
// Every error is a [*NumberError]. When its problem is [NumberDate] or [NumberChecksum] the Number is complete nonetheless, as
// far as its digits say it, so that the rest of it can still be compared with the card.
func ParseNumber(s string) (Number, error) {
	digits := s
	switch len(s) {
	case oldNumberLength:
	case numberLength:
		digits = strings.TrimSuffix(s, "X")
	default:
		return Number{}, &NumberError{NumberLength}
	}
	if !allDigits(digits) {
		return Number{}, &NumberError{NumberCharacter}
	}
	n := split(s)
	if !n.Birth.IsValid() {
		return n, &NumberError{NumberDate}
	}
	if !n.FifteenDigits && checkDigit(s) != s[numberLength-1] {
		return n, &NumberError{NumberChecksum}
	}
	return n, nil
}

// split cuts up a number of either form. Its characters are known to be right.
func split(s string) Number {
	n := Number{Region: s[:6], FifteenDigits: len(s) == oldNumberLength}
	year, rest := s[6:10], s[10:]
	if n.FifteenDigits {
		year, rest = "19"+s[6:8], s[8:]
	}
	n.Birth = Date{Year: atoi(year), Month: time.Month(atoi(rest[:2])), Day: atoi(rest[2:4])}
	n.Sequence = atoi(rest[4:7])
	if n.FifteenDigits && n.Sequence >= 996 {
		n.Birth.Year -= 100 // 996 to 999 were kept for those born before 1900
	}
	n.Sex = Female
	if n.Sequence%2 == 1 {
		n.Sex = Male
	}
	return n
}

// ChecksumDigit returns the last character, 0 to 9 or X, that belongs to the first 17 digits of a number (ISO/IEC 7064 MOD 11-2). It
// differs for any two strings that differ in one digit or in the order of two neighbours. Errors are [*NumberError].
func ChecksumDigit(first17 string) (byte, error) {
	if len(first17) != numberLength-1 {
		return 0, &NumberError{NumberLength}
	}
	if !allDigits(first17) {
		return 0, &NumberError{NumberCharacter}
	}
	return checkDigit(first17), nil
}

func checkDigit(number string) byte {
	sum := 0
	for i := range numberLength - 1 {
		sum = (sum + int(number[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

func normalizeNumber(text string) Field {
	s := compact(text)
	if len(s) == oldNumberLength && allDigits(s) {
		return Field{Text: text, Value: s, Flags: []string{FlagFifteenDigits}}
	}
	if head, tail := cutCheckDigit(s); len(head) == numberLength-1 && allDigits(head) && tail != "" {
		return Field{Text: text, Value: head + tail}
	}
	if isMaskedNumber(s) {
		return masked(text)
	}
	return unnormalized(text)
}

// cutCheckDigit splits off the last character as GB 11643 writes it. The X is the Roman numeral ten, and read in many shapes.
func cutCheckDigit(s string) (head, tail string) {
	for _, ten := range [...]string{"X", "x", "×", "Ⅹ", "ⅹ"} {
		if head, ok := strings.CutSuffix(s, ten); ok {
			return head, "X"
		}
	}
	if s == "" || !allDigits(s[len(s)-1:]) {
		return s, ""
	}
	return s[:len(s)-1], s[len(s)-1:]
}

// isMaskedNumber recognises digits with hidden ones among them, not counting a single X where the check digit would be.
func isMaskedNumber(s string) bool {
	head, _ := cutCheckDigit(s)
	hidden := false
	for _, r := range head {
		if isMask(r) {
			hidden = true
		} else if r < '0' || r > '9' {
			return false
		}
	}
	return hidden
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// atoi is for digits already checked.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
