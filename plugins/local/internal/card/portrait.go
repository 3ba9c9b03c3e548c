package card

import (
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// landmarks returns the centres of printed characters on the portrait side, in units of 1/1011 of the card's width, and the
// photograph's box of 26 × 32 mm. They are estimates from drawings, because the standard's figures were not available.
func landmarks() map[string][]raster.Point {
	pair := func(x, y float64) []raster.Point { return []raster.Point{{X: x, Y: y}, {X: x + 46, Y: y}} }
	return map[string][]raster.Point{
		"姓名": pair(74, 99), "性别": pair(74, 175), "民族": pair(312, 175), "出生": pair(74, 249), "住址": pair(74, 325),
		"年": {{X: 284, Y: 249}}, "月": {{X: 380, Y: 249}}, "日": {{X: 476, Y: 249}},
		"公民身份号码": {{X: 74, Y: 557}, {X: 102, Y: 557}, {X: 130, Y: 557}, {X: 158, Y: 557}, {X: 186, Y: 557}, {X: 214, Y: 557}},
	}
}

var (
	firstDigit  = raster.Point{X: 355, Y: 556}
	portraitBox = raster.Quad{{X: 634, Y: 92}, {X: 941, Y: 92}, {X: 941, Y: 470}, {X: 634, Y: 470}}
)

// minLandmarks is so high that a few misplaced characters cannot flip the map.
const minLandmarks = 7

// portrait fits the plan of the card to the labels and the number, and returns the place of the photograph's box.
func (ps *parser) portrait(at frontRows, n *number) *raster.Quad {
	var plan, picture []raster.Point
	places := landmarks()
	pin := func(row int, words ...string) {
		if row < 0 || row >= len(ps.rows) {
			return
		}
		tokens := ps.rows[row].tokens
		for _, w := range words {
			i := find(tokens, w)
			if i < 0 {
				continue
			}
			for j, p := range places[w] {
				plan, picture = append(plan, p), append(picture, tokens[i+j].at)
			}
		}
	}
	pin(at.name, "姓名")
	pin(at.sex, "性别", "民族")
	pin(at.birth, "出生", "年", "月", "日")
	pin(at.address, "住址")
	pin(at.number, "公民身份号码")
	if n != nil {
		plan, picture = append(plan, firstDigit), append(picture, n.tokens[0].at)
		if last, ok := ps.lastDigit(at, n); ok {
			plan, picture = append(plan, last), append(picture, n.tokens[numberLength-1].at)
		}
	}
	if len(plan) < minLandmarks || n == nil {
		return nil
	}
	h, err := raster.FitHomography(plan, picture)
	if err != nil {
		return nil
	}
	box := h.ApplyQuad(portraitBox)
	return &box
}

// lastDigit returns the place of the number's last digit on the plan. The distance between digits differs between prints, so
// it is measured in units of the label to their left.
func (ps *parser) lastDigit(at frontRows, n *number) (raster.Point, bool) {
	if at.number >= len(ps.rows) {
		return raster.Point{}, false
	}
	const word = "公民身份号码"
	tokens := ps.rows[at.number].tokens
	i := find(tokens, word)
	if i < 0 {
		return raster.Point{}, false
	}
	places := landmarks()[word]
	end := len(places) - 1
	unit := tokens[i].at.Dist(tokens[i+end].at) / places[0].Dist(places[end])
	if unit == 0 {
		return raster.Point{}, false
	}
	return raster.Point{X: firstDigit.X + n.tokens[0].at.Dist(n.tokens[numberLength-1].at)/unit, Y: firstDigit.Y}, true
}
