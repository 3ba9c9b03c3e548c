package idcard

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Date is a day of the calendar, without a time zone. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Years outside these are misreadings or a database's way of saying nothing.
const minYear, maxYear = 1800, 2200

// String returns the day as ISO 8601 writes it, 1989-12-01.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// IsValid reports whether the calendar has the day and its year is between 1800 and 2200.
func (d Date) IsValid() bool {
	if d.Year < minYear || d.Year > maxYear || d.Month < time.January || d.Month > time.December || d.Day < 1 {
		return false
	}
	return dateOf(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)) == d
}

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool {
	if d.Year != other.Year {
		return d.Year < other.Year
	}
	if d.Month != other.Month {
		return d.Month < other.Month
	}
	return d.Day < other.Day
}

// ageAt returns the holder's age in completed years on a day, and negative before birth. Who was born on 29 February comes of
// age on 1 March of a common year.
func (d Date) ageAt(on Date) int {
	age := on.Year - d.Year
	if on.Before(Date{Year: on.Year, Month: d.Month, Day: d.Day}) {
		age--
	}
	return age
}

// chinaToday returns the calendar day in China, which is UTC+8 throughout, at an instant.
func chinaToday(at time.Time) Date {
	return dateOf(at.UTC().Add(8 * time.Hour))
}

func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// parseISO reads the form that Normalize gives, and nothing else.
func parseISO(value string) (Date, bool) {
	d, rest, ok := scanDate(value)
	return d, ok && rest == "" && d.String() == value
}

func normalizeDate(text string) Field {
	for _, s := range [...]string{compact(text), dotted(text)} {
		if d, rest, ok := scanDate(s); ok && rest == "" {
			return Field{Text: text, Value: d.String()}
		}
	}
	if isMaskedDate(compact(text)) {
		return masked(text)
	}
	return unnormalized(text)
}

// dotted returns compact with a dot for every run of gaps: in "1989 12 1" the spaces are all there is between the parts.
func dotted(text string) string {
	return compact(strings.Join(strings.FieldsFunc(text, isGap), "."))
}

// scanDate reads the date that s begins with: eight digits, or year, month and day with one separator between them and
// perhaps 日 behind.
func scanDate(s string) (d Date, rest string, ok bool) {
	year, rest, ok := scanDigits(s, 4, 4)
	if !ok {
		return Date{}, s, false
	}
	var month, day int
	if m, r, run := scanDigits(rest, 4, 4); run {
		month, day, rest = m/100, m%100, r
	} else {
		if rest, ok = cutSeparator(rest, '年'); !ok {
			return Date{}, s, false
		}
		if month, rest, ok = scanDigits(rest, 1, 2); !ok {
			return Date{}, s, false
		}
		if rest, ok = cutSeparator(rest, '月'); !ok {
			return Date{}, s, false
		}
		if day, rest, ok = scanDigits(rest, 1, 2); !ok {
			return Date{}, s, false
		}
		rest = strings.TrimPrefix(rest, "日")
	}
	d = Date{Year: year, Month: time.Month(month), Day: day}
	return d, rest, d.IsValid()
}

// scanDigits reads as many ASCII digits as there are, up to most, and fails when there are fewer than least.
func scanDigits(s string, least, most int) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:], i >= least
}

// cutSeparator drops the one separator that s begins with: the word given, or a mark as used between the parts of a date.
func cutSeparator(s string, word rune) (rest string, ok bool) {
	r, n := utf8.DecodeRuneInString(s)
	return s[n:], r == word || isDateMark(r)
}

func isDateMark(r rune) bool {
	return strings.ContainsRune("./,:_、。", r) || isDash(r) || isDot(r)
}

func isDash(r rune) bool {
	return r == '−' || unicode.Is(unicode.Pd, r)
}

// isMaskedDate recognises dates and spans such as "198X-0X-XX" and "19XX年X月X日", without gaps.
func isMaskedDate(s string) bool {
	hidden := false
	for _, r := range s {
		switch {
		case isMask(r):
			hidden = true
		case r >= '0' && r <= '9', isDateMark(r), strings.ContainsRune("年月日至~", r):
		default:
			return false
		}
	}
	return hidden
}

// isMask reports whether a character replaces a hidden digit.
func isMask(r rune) bool {
	return strings.ContainsRune("*Xx×●■", r)
}
