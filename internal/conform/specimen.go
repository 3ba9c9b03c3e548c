package conform

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/sdk"
)

// The specimen that replaces every card.
const (
	specimenNumber    = "11010119900307803X"
	specimenAddress   = "北京市东城区样本胡同1号"
	specimenAuthority = "样本市公安局"
	specimenName      = "样本张三李四王五"
)

// day is a date of the specimen.
type day struct{ year, month, day int }

func specimenDays(field string) []day {
	birth, from, until := day{1990, 3, 7}, day{2019, 8, 6}, day{2039, 8, 6}
	return map[string][]day{sdk.BirthDate: {birth}, sdk.ValidFrom: {from}, sdk.ValidUntil: {until}, sdk.Validity: {from, until}}[field]
}

// specimen returns the specimen's text for a field, in the form of the text that it replaces.
func (r *redaction) specimen(field, text string) string {
	switch field {
	case sdk.Name:
		return specimenNameLike(text)
	case sdk.Sex:
		return strings.ReplaceAll(text, "女", "男")
	case sdk.Ethnicity:
		for _, g := range idcard.Ethnicities() {
			text = strings.ReplaceAll(text, g.Name, "汉")
		}
		return text
	case sdk.Address:
		return specimenAddress
	case sdk.IssuingAuthority:
		return specimenAuthority
	case sdk.IDNumber:
		return specimenNumberLike(text)
	case sdk.BirthDate, sdk.ValidFrom, sdk.ValidUntil, sdk.Validity:
		return r.days(field, text)
	}
	return scramble(text)
}

// specimenNameLike returns the specimen's name with as many characters as text. Masked characters stay masked.
func specimenNameLike(text string) string {
	name, out := []rune(specimenName), []rune(text)
	for i, r := range out {
		switch {
		case i >= len(name):
			return string(out[:i])
		case r != '*':
			out[i] = name[i]
		}
	}
	return string(out)
}

// specimenNumberLike returns the specimen's number in the form of text. Masked digits and white space stay.
func specimenNumberLike(text string) string {
	number := specimenNumber
	if digits := strings.Count(strings.Map(digitOnly, text), "0"); digits == 15 {
		number = number[:6] + number[8:17]
	}
	i := 0
	out := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '-':
			return r
		case i >= len(number):
			return r
		case !unicode.IsDigit(r) && r != 'X' && r != 'x':
			i++
			return r // a masked digit
		}
		i++
		return rune(number[i-1])
	}, text)
	return out
}

func digitOnly(r rune) rune {
	if unicode.IsDigit(r) {
		return '0'
	}
	return -1
}

var (
	wholeDay   = regexp.MustCompile(`([0-9]{4})([^0-9]{0,3})([0-9]{1,2})([^0-9]{0,3})([0-9]{1,2})`)
	compactDay = regexp.MustCompile(`[0-9]{8}`)
)

// days replaces the dates in a text by the specimen's, with the same number of digits if possible.
func (r *redaction) days(field, text string) string {
	days, n := specimenDays(field), 0
	next := func() day {
		d := days[min(n, len(days)-1)]
		n++
		return d
	}
	switch {
	case compactDay.MatchString(text):
		return compactDay.ReplaceAllStringFunc(text, func(string) string {
			d := next()
			return fmt.Sprintf("%04d%02d%02d", d.year, d.month, d.day)
		})
	case wholeDay.MatchString(text):
		return wholeDay.ReplaceAllStringFunc(text, func(s string) string {
			m, d := wholeDay.FindStringSubmatch(s), next()
			width := max(padding(m[3]), padding(m[5]))
			if len(m[3])+len(m[5]) == 4 && !strings.ContainsFunc(m[2], isHan) {
				width = 2 // 1985-12-11 becomes 1990-03-07, not 1990-3-7
			}
			return fmt.Sprintf("%04d%s%0*d%s%0*d", d.year, m[2], width, d.month, m[4], width, d.day)
		})
	}
	return r.partOfDay(field, text, days[0])
}

// padding returns the width of a number with leading zeros, or 1.
func padding(s string) int {
	if strings.HasPrefix(s, "0") {
		return len(s)
	}
	return 1
}

// partOfDay replaces a year, a month or a day without the rest of the date. The value of the field tells a month from a
// day.
func (r *redaction) partOfDay(field, text string, d day) string {
	n, err := strconv.Atoi(strings.TrimFunc(text, func(c rune) bool { return !unicode.IsDigit(c) }))
	if err != nil {
		return text // no date, such as 长期
	}
	digits := strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return c
		}
		return -1
	}, text)
	part := d.day
	_, monthAndDay, _ := strings.Cut(r.normal[field].Value, "-")
	month, _, _ := strings.Cut(monthAndDay, "-")
	switch m, err := strconv.Atoi(month); {
	case len(digits) == 4:
		part = d.year
	case err == nil && m == n:
		part = d.month
	}
	return strings.Replace(text, digits, fmt.Sprintf("%0*d", padding(digits), part), 1)
}

// Longer texts are not kept: they may be pictures, ids of requests, or lines of a card.
const (
	maxKeptText   = 64
	maxKeptDigits = 7
	maxScrambled  = 64
)

// meaningful reports whether a text is so long that it may identify something.
func meaningful(text string, t abi.LeafType) bool {
	digits := utf8.RuneCountInString(strings.Map(digitOnly, text))
	return digits > maxKeptDigits && (t == abi.LeafTypeString || !strings.Contains(text, ".")) || utf8.RuneCountInString(text) > maxKeptText
}

// scramble keeps the form of a text and removes its content.
func scramble(text string) string {
	i := 0
	var b strings.Builder
	for _, c := range text {
		if i++; i > maxScrambled {
			break
		}
		switch {
		case c >= '0' && c <= '9':
			c = rune('1' + i%9)
		case c >= 'a' && c <= 'z':
			c = rune('a' + i%26)
		case c >= 'A' && c <= 'Z':
			c = rune('A' + i%26)
		case isHan(c):
			c = '样'
		}
		b.WriteRune(c)
	}
	return b.String()
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
