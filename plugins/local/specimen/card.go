package specimen

import (
	"fmt"
	"image/color"
	"math/rand/v2"

	"golang.org/x/image/font"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Width and Height are the size of a drawn card in pixels: 85.6 × 54 mm at 300 dpi.
const (
	Width  = 1011
	Height = 638
)

// Card is one side of a synthetic card. It fills its picture, without perspective.
type Card struct {
	// Side is "front" (portrait) or "back" (emblem).
	Side string
	// Font is the name of the font of the values.
	Font string
	// Fields are the printed texts by field name. Dates are as on the card: 1989年12月1日, 2019.08.06.
	Fields map[string]string
	// Portrait is the box of the photograph. On the back it is the zero Quad.
	Portrait raster.Quad
	// Picture is the drawing.
	Picture *raster.Image
}

// Generator draws cards. It is safe for concurrent use.
type Generator struct {
	seed  uint64
	fonts *Fonts
}

// NewGenerator returns a generator. Its cards depend on the seed and the fonts only.
func NewGenerator(seed uint64, fonts *Fonts) *Generator { return &Generator{seed: seed, fonts: fonts} }

func (g *Generator) rand(index int, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(g.seed, uint64(index)<<8|stream))
}

// Front draws the portrait side number index.
func (g *Generator) Front(index int, names Names) (*Card, error) {
	r := g.rand(index, 1)
	text := g.fonts.text[index%len(g.fonts.text)]
	f := drawFront(r, names)
	p := newPainter(background(r), g.fonts.text[0].font)
	dx, dy := r.IntN(9)-4, r.IntN(9)-4
	label, value := 25.0, 34.0
	left, column := 62+dx, 172+dx
	pair := func(x, y int, a, b string) {
		p.text(text.font, label, x, y, a, blue, 0)
		p.text(text.font, label, x+46, y, b, blue, 0)
	}
	pair(left, 108+dy, "姓", "名")
	nameSize, err := fit(text.font, value+4, 3, 440, f.name)
	if err != nil {
		return nil, err
	}
	p.text(text.font, nameSize, column, 110+dy, f.name, ink, 3)
	pair(left, 184+dy, "性", "别")
	p.text(text.font, value, column, 186+dy, f.sex, ink, 0)
	pair(left+238, 184+dy, "民", "族")
	p.text(text.font, value, column+236, 186+dy, f.ethnicity, ink, 2)
	pair(left, 258+dy, "出", "生")
	p.text(text.font, value, column, 260+dy, fmt.Sprint(f.year), ink, 2)
	p.text(text.font, label, column+100, 258+dy, "年", blue, 0)
	p.text(text.font, value, column+148, 260+dy, fmt.Sprint(f.month), ink, 1)
	p.text(text.font, label, column+196, 258+dy, "月", blue, 0)
	p.text(text.font, value, column+242, 260+dy, fmt.Sprint(f.day), ink, 1)
	p.text(text.font, label, column+292, 258+dy, "日", blue, 0)
	pair(left, 334+dy, "住", "址")
	lines, err := wrap(text.font, value, 2, 396+r.IntN(4)*16, f.address)
	if err != nil {
		return nil, err
	}
	for i, line := range lines {
		p.text(text.font, value, column, 336+dy+i*50, line, ink, 2)
	}
	p.text(text.font, label, left, 566+dy, "公民身份号码", blue, 3)
	if index%3 == 1 {
		p.text(text.font, 39, left+280, 570+dy, f.number, ink, 8)
	} else {
		p.text(g.fonts.digits, 40, left+280, 570+dy, f.number, ink, 5.5)
	}
	portrait := p.portrait(r, 634+dx, 92+dy)
	p.text(text.font, 24, 634+dx+70, 92+dy+362, "样本 SPECIMEN", color.RGBA{196, 202, 212, 255}, 0)
	if p.err != nil {
		return nil, p.err
	}
	return &Card{Side: "front", Font: text.name, Fields: f.fields(), Portrait: portrait, Picture: finish(r, p.picture)}, nil
}

// Back draws the emblem side number index.
func (g *Generator) Back(index int) (*Card, error) {
	r := g.rand(index, 2)
	text := g.fonts.text[index%len(g.fonts.text)]
	b := drawBack(r)
	p := newPainter(background(r), g.fonts.text[0].font)
	dx, dy := r.IntN(9)-4, r.IntN(9)-4
	p.hills(r)
	p.emblem(62+dx, 58+dy)
	p.text(g.fonts.title, 62, 306+dx, 132+dy, "中华人民共和国", ink, 16)
	p.text(g.fonts.title, 84, 330+dx, 250+dy, "居民身份证", ink, 22)
	p.text(text.font, 27, 270+dx, 488+dy, "签发机关", ink, 3)
	p.text(text.font, 32, 410+dx, 490+dy, b.authority, ink, 2)
	p.text(text.font, 27, 270+dx, 560+dy, "有效期限", ink, 3)
	p.text(text.font, 32, 410+dx, 562+dy, b.from+"-"+b.until, ink, 1)
	p.text(text.font, 20, 66+dx, 606+dy, "样本 SPECIMEN", color.RGBA{132, 140, 152, 255}, 0)
	if p.err != nil {
		return nil, p.err
	}
	return &Card{Side: "back", Font: text.name, Fields: b.fields(), Picture: finish(r, p.picture)}, nil
}

// fit returns the font size at which a text has at most width pixels. Cards print long names smaller.
func fit(f fontOf, size, tracking float64, width int, text string) (float64, error) {
	for ; ; size -= 2 {
		face, err := face(f, size)
		if err != nil {
			return 0, err
		}
		if size <= 16 || font.MeasureString(face, text).Ceil()+int(tracking)*len([]rune(text)) <= width {
			return size, nil
		}
	}
}

// wrap breaks a text into lines of at most width pixels. Like the card, it breaks an address anywhere.
func wrap(f fontOf, size, tracking float64, width int, text string) ([]string, error) {
	face, err := face(f, size)
	if err != nil {
		return nil, err
	}
	var lines []string
	line := ""
	for _, r := range text {
		longer := line + string(r)
		if font.MeasureString(face, longer).Ceil()+int(tracking)*len([]rune(line)) > width {
			lines, longer = append(lines, line), string(r)
		}
		line = longer
	}
	return append(lines, line), nil
}
