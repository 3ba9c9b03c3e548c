package idcard

import "strings"

// isLongTerm recognises what the card prints for no end date, without gaps.
func isLongTerm(s string) bool {
	return s == "长期" || s == "长期有效"
}

// splitValidity reads a span: two dates, or a date and 长期, with any mark or none between them.
func splitValidity(text string) (from, until Field, ok bool) {
	for _, s := range [...]string{compact(text), dotted(text)} {
		begin, rest, ok := scanDate(s)
		if !ok {
			continue
		}
		from = Field{Text: s[:len(s)-len(rest)], Value: begin.String()}
		rest = strings.TrimLeftFunc(rest, isSpanMark)
		if isLongTerm(rest) {
			return from, Field{Text: rest, LongTerm: true}, true
		}
		if end, tail, ok := scanDate(rest); ok && tail == "" {
			return from, Field{Text: rest, Value: end.String()}, true
		}
	}
	return Field{}, Field{}, false
}

// isSpanMark reports whether a character is written, or read, between the two ends of a span. The 一 is a dash that was read as the numeral.
func isSpanMark(r rune) bool {
	return isDateMark(r) || strings.ContainsRune("~至到一", r)
}
