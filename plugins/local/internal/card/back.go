package card

import (
	"regexp"
	"strings"
	"unicode"
)

// validity matches a period such as 2019.08.06-2039.08.06 or 2019.08.06-长期. Dots and dash are thin, so they may be missing
// or misread.
var validity = regexp.MustCompile(`([12]\d{3})[.,·:]?([01]\d)[.,·:]?([0-3]\d)[-—–~一－.·]{0,2}(?:(长期)|([12]\d{3})[.,·:]?([01]\d)[.,·:]?([0-3]\d))`)

func (ps *parser) back(c *Card) {
	authority, dates := -1, -1
	for i, r := range ps.rows {
		if _, hits := label(r.tokens, "签发机关"); hits > 0 && authority < 0 {
			authority = i
		}
		if validity.MatchString(r.text()) {
			dates = i
		}
	}
	if authority < 0 { // the label faded: an authority is known by its ending
		for i, r := range ps.rows {
			if t := r.text(); strings.HasSuffix(t, "公安局") || strings.HasSuffix(t, "分局") {
				authority = i
			}
		}
	}
	var columns []column
	for _, l := range []struct {
		row   int
		label string
	}{{authority, "签发机关"}, {dates, "有效期限"}} {
		if l.row < 0 {
			continue
		}
		if at, ok := columnOf(ps.rows[l.row], l.label); ok {
			columns = append(columns, at)
		}
	}
	if authority >= 0 {
		ps.authority(c, authority, dates, columns)
	}
	if dates >= 0 {
		ps.validity(c, ps.rows[dates].tokens)
	}
}

// authority takes the row of the label and, for long names, the following rows above the dates that begin in the same
// column.
func (ps *parser) authority(c *Card, first, dates int, columns []column) {
	tokens := value(ps.rows[first], "签发机关", columns)
	for i := first + 1; i < dates; i++ {
		r := ps.rows[i]
		if len(tokens) > 0 && len(columns) > 0 && r.tokens[0].u > columns[0].u && allHan(r.tokens) {
			tokens = append(tokens[:len(tokens):len(tokens)], r.tokens...)
		}
	}
	tokens = only(tokens, isHan)
	t := text(tokens)
	var flags []string
	if leastProb(tokens) < sureAuthority || !strings.HasSuffix(t, "局") {
		flags = append(flags, Uncertain)
	}
	ps.add(c, IssuingAuthority, t, tokens, flags...)
}

func (ps *parser) validity(c *Card, tokens []token) {
	at := validity.FindStringSubmatchIndex(text(tokens))
	if at == nil {
		return
	}
	from := capture(tokens, at, 1, 3)
	ps.add(c, ValidFrom, dotted(tokens, at, 1), from, doubt(from)...)
	if at[2*4] >= 0 {
		until := capture(tokens, at, 4, 4)
		ps.add(c, ValidUntil, text(until), until, doubt(until)...)
		return
	}
	until := capture(tokens, at, 5, 7)
	ps.add(c, ValidUntil, dotted(tokens, at, 5), until, doubt(until)...)
}

// capture returns the tokens from the start of one group of a match to the end of another.
func capture(tokens []token, at []int, from, to int) []token {
	return tokens[tokenAt(tokens, at[2*from]):tokenAt(tokens, at[2*to+1])]
}

// dotted writes three groups of a match as the card writes a date.
func dotted(tokens []token, at []int, first int) string {
	return text(capture(tokens, at, first, first)) + "." + text(capture(tokens, at, first+1, first+1)) + "." + text(capture(tokens, at, first+2, first+2))
}

// tokenAt turns a byte offset in the text of tokens into an index.
func tokenAt(tokens []token, offset int) int {
	n := 0
	for i, t := range tokens {
		if n >= offset {
			return i
		}
		n += len(string(t.r))
	}
	return len(tokens)
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func allHan(tokens []token) bool { return len(only(tokens, isHan)) == len(tokens) }

func only(tokens []token, keep func(rune) bool) []token {
	var kept []token
	for _, t := range tokens {
		if keep(t.r) {
			kept = append(kept, t)
		}
	}
	return kept
}
