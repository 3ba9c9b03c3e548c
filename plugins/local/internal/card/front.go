package card

import (
	"math"
	"regexp"
	"strings"
)

// birthDate matches 1989年12月1日. The characters between the digits are pale. They may be missing if the digits are still
// unambiguous.
var birthDate = regexp.MustCompile(`([12]\d{3})年?(1[0-2]|0?[1-9])月([12]\d|3[01]|0?[1-9])日?`)

// sexRow matches a row of sex and ethnicity whose labels were misread.
var sexRow = regexp.MustCompile(`^.{0,3}[男女].{0,3}\p{Han}{1,4}$`)

// frontRows are indices into the parser's rows, or −1.
type frontRows struct{ name, sex, birth, address, number int }

func (ps *parser) front(c *Card) {
	n := ps.keepText()
	at := ps.findRows()
	columns := ps.columns(at)
	if at.name >= 0 {
		ps.name(c, value(ps.rows[at.name], "姓名", columns))
	}
	if at.sex >= 0 {
		ps.sexAndEthnicity(c, value(ps.rows[at.sex], "性别", columns), n)
	}
	if at.birth >= 0 {
		ps.birth(c, value(ps.rows[at.birth], "出生", columns), n)
	}
	if at.address >= 0 {
		ps.address(c, at, columns)
	}
	if n != nil {
		var flags []string
		if !n.valid || leastProb(n.tokens) < sureNumber {
			flags = append(flags, Uncertain)
		}
		ps.add(c, IDNumber, n.text, n.tokens, flags...)
		crossCheck(c, n)
	}
	c.Portrait = ps.portrait(at, n)
}

// keepText removes text on the portrait (to the right), left of the labels and below the number. It returns the number.
func (ps *parser) keepText() *number {
	var n *number
	left, right := math.Inf(1), math.Inf(-1)
	for _, l := range ps.lines {
		t := text(l.tokens)
		if mentions(t, "姓名", "性别", "出生", "住址", "公民身份") > 0 || strings.HasPrefix(t, "姓") || strings.HasPrefix(t, "住") {
			left = math.Min(left, l.u0)
		}
		if found := findNumber(l.tokens); found != nil && (n == nil || found.valid && !n.valid) {
			n = found
			right = l.u1
		}
	}
	if n == nil || right <= left || math.IsInf(left, 1) {
		return n
	}
	own := n.tokens[0].line
	span := right - left
	var kept []*line
	for _, l := range ps.lines {
		beside := (l.u0+l.u1)/2 > left+0.60*span || l.u1 < left-0.02*span
		if l == own || !beside && (l.v0+l.v1)/2 < own.v1 {
			kept = append(kept, l)
		}
	}
	ps.lines, ps.rows = kept, rowsOf(kept)
	return n
}

// findRows finds rows by their labels. For faded labels it uses the form of the values and the order of the rows, which
// never changes.
func (ps *parser) findRows() frontRows {
	at := frontRows{-1, -1, -1, -1, len(ps.rows)}
	for i, r := range ps.rows {
		if findNumber(r.tokens) != nil {
			at.number = i
		} else if _, hits := label(r.tokens, "公民身份号码"); hits >= 4 {
			at.number = i
		}
	}
	first := func(found *int, is func(*row) bool) {
		for i := 0; i < at.number && *found < 0; i++ {
			if is(ps.rows[i]) {
				*found = i
			}
		}
	}
	starts := func(one, two string) func(*row) bool {
		return func(r *row) bool { return strings.Contains(r.text(), one+two) || strings.HasPrefix(r.text(), one) }
	}
	first(&at.sex, func(r *row) bool { return mentions(r.text(), "性别", "民族") > 0 })
	first(&at.birth, func(r *row) bool { return birthDate.MatchString(r.text()) || strings.Contains(r.text(), "出生") })
	first(&at.name, starts("姓", "名"))
	first(&at.address, starts("住", "址"))
	if at.sex < 0 {
		first(&at.sex, func(r *row) bool { return sexRow.MatchString(r.text()) })
	}
	if at.name < 0 && at.sex > 0 {
		at.name = at.sex - 1
	}
	if at.address < 0 && at.birth >= 0 && at.birth+1 < at.number {
		at.address = at.birth + 1
	}
	if at.name >= 0 && (at.name == at.sex || at.sex >= 0 && at.name > at.sex) {
		at.name = -1
	}
	return at
}

// maxIndent is how far apart the rows of an address may begin, in heights of a line. Perspective slants the column, and
// digits are narrow.
const maxIndent = 3

func (ps *parser) columns(at frontRows) []column {
	var columns []column
	for _, l := range []struct {
		row   int
		label string
	}{{at.name, "姓名"}, {at.sex, "性别"}, {at.birth, "出生"}, {at.address, "住址"}} {
		if l.row < 0 {
			continue
		}
		if c, ok := columnOf(ps.rows[l.row], l.label); ok {
			columns = append(columns, c)
		}
	}
	return columns
}

func (ps *parser) name(c *Card, tokens []token) {
	kept := only(tokens, func(r rune) bool { return isHan(r) || r == '·' })
	ps.add(c, Name, text(kept), kept, reviewName(kept, len(kept) < len(tokens))...)
}

// address joins at most four rows between its label and the number that begin where its first row does. An address begins
// with the name of a place.
func (ps *parser) address(c *Card, at frontRows, columns []column) {
	var tokens []token
	for i := at.address; i < at.number && i < at.address+4; i++ {
		want := "住址"
		if i > at.address {
			want = ""
		}
		part := value(ps.rows[i], want, columns)
		if len(part) == 0 || len(tokens) > 0 && math.Abs(part[0].u-tokens[0].u) > maxIndent*part[0].line.quad.Height() {
			continue
		}
		tokens = append(tokens, part...)
	}
	for len(tokens) > 0 && !isHan(tokens[0].r) {
		tokens = tokens[1:]
	}
	var flags []string
	if leastProb(tokens) < sureAddress {
		flags = append(flags, Uncertain)
	}
	ps.add(c, Address, text(tokens), tokens, flags...)
}
