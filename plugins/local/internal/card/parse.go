package card

import (
	"fmt"
	"math"
	"strings"

	"github.com/ocrmux/ocrmux/plugins/local/internal/ocr"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Parse finds the side and the fields of the card on a page. It returns [ErrNotCard] if the text is not that of a card. If
// both sides are in the picture, hint chooses one; "" means the side with more evidence.
func Parse(p *ocr.Page, hint Side) (*Card, error) {
	along, down := p.Axes()
	ps := &parser{page: p, along: along, down: down, lines: layOut(p)}
	ps.rows = rowsOf(ps.lines)
	front, back := ps.frontEvidence(), ps.backEvidence()
	if ps.foreign() || max(front, back) < enough {
		return nil, fmt.Errorf("%w: %d points of evidence for the front and %d for the back, %d needed", ErrNotCard, front, back, enough)
	}
	side := Front
	if back > front {
		side = Back
	}
	if front >= enough && back >= enough && hint != "" {
		side = hint
	}
	c := &Card{Side: side, Rotation: degrees(p.Angle)}
	if side == Front {
		ps.front(c)
	} else {
		ps.back(c)
	}
	if len(c.Fields) < 2 {
		return nil, fmt.Errorf("%w: it has the words of the %s but no values", ErrNotCard, side)
	}
	return c, nil
}

// degrees rounds to a tenth, which is finer than a line of text can show.
func degrees(radians float64) float64 {
	return math.Mod(math.Round((radians*180/math.Pi+720)*10)/10, 360)
}

type parser struct {
	page        *ocr.Page
	along, down raster.Point
	lines       []*line
	rows        []*row
}

// add appends a field made of tokens. Without tokens it does nothing.
func (ps *parser) add(c *Card, name, text string, tokens []token, flags ...string) {
	if text == "" || len(tokens) == 0 {
		return
	}
	c.Fields = append(c.Fields, Field{
		Name: name, Text: text, Confidence: leastProb(tokens), Quad: region(tokens, ps.along, ps.down), Flags: flags,
	})
}

// enough is the evidence for a card, for example a valid number and two labels in the right order.
const enough = 5

// foreign reports whether the text names another document. Several documents share most labels with the identity card. The
// words cannot be part of an address, as 银行 could.
func (ps *parser) foreign() bool {
	all := ps.text()
	return mentions(all, "驾驶证", "准驾", "行驶证", "护照", "PASSPORT", "通行证", "居住证", "居留", "登记卡", "社会保障号", "执照", "学生证",
		"工作证", "Driving", "国籍", "Nationality") > 0
}

func (ps *parser) text() string {
	var b strings.Builder
	for _, r := range ps.rows {
		b.WriteString(r.text())
		b.WriteByte('\n')
	}
	return b.String()
}

// frontEvidence counts what only a portrait side has. The number must be below the other labels; otherwise it belongs to
// another document.
func (ps *parser) frontEvidence() int {
	points, numberRow, lastLabel := 0, -1, -1
	for i, r := range ps.rows {
		for _, want := range []string{"姓名", "性别", "出生", "住址"} {
			// In continuous text these words can be anywhere.
			if at := find(r.tokens, want); at >= 0 && at < 3 {
				points++
				lastLabel = i
				if want == "性别" && find(r.tokens, "民族") > at {
					points++
				}
			}
		}
		if _, n := label(r.tokens, "公民身份号码"); n >= 4 {
			points += 2
		}
		if birthDate.MatchString(r.text()) {
			points++
		}
		if n := findNumber(r.tokens); n != nil {
			points++
			numberRow = i
			if n.valid {
				points += 2
			}
		}
	}
	if numberRow >= 0 && numberRow < lastLabel {
		return 0
	}
	return points
}

func (ps *parser) backEvidence() int {
	points := 0
	all := ps.text()
	points += 3 * mentions(all, "居民身份证")
	points += mentions(all, "中华人民共和国", "公安局", "有效期限")
	points += 2 * mentions(all, "签发机关")
	for _, r := range ps.rows {
		if validity.MatchString(r.text()) {
			points += 2
			break
		}
	}
	return points
}
