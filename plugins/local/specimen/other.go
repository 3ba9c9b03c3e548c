package specimen

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"

	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// Other is a picture of something that is not an identity card.
type Other struct {
	// Name is short and stable, for tables and test names.
	Name string
	// JPEG is the encoded picture.
	JPEG []byte
}

// line is one line of text of a drawn document.
type line struct {
	x, y int
	size float64
	text string
}

// Others draws things that a reader must not recognise as a card: plain surfaces, a page about cards, an empty form with a
// card's labels, and documents that share some of its words.
func (g *Generator) Others() ([]Other, error) {
	r := g.rand(0, 3)
	noise := raster.New(900, 600)
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.IntN(256))
	}
	pictures := []struct {
		name    string
		picture *raster.Image
	}{
		{"a white surface", raster.FromImage(paper(900, 600))},
		{"a dark frame", raster.New(640, 480)},
		{"noise", noise},
		{"a desk", desk(r, 1200, 900)},
	}
	for _, d := range documents() {
		p := newPainter(paper(1000, 640), g.fonts.text[0].font)
		for _, l := range d.lines {
			p.text(g.fonts.text[0].font, l.size, l.x, l.y, l.text, ink, 1)
		}
		if p.err != nil {
			return nil, p.err
		}
		pictures = append(pictures, struct {
			name    string
			picture *raster.Image
		}{d.name, finish(r, p.picture)})
	}
	var others []Other
	for _, p := range pictures {
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, p.picture.RGBA(), &jpeg.Options{Quality: 80}); err != nil {
			return nil, err
		}
		others = append(others, Other{Name: p.name, JPEG: buf.Bytes()})
	}
	return others, nil
}

func paper(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{246, 244, 240, 255}), image.Point{}, draw.Src)
	return m
}

type document struct {
	name  string
	lines []line
}

func documents() []document {
	number := withChecksum("11010119900307123")
	return []document{
		{"a page about identity cards", []line{
			{60, 80, 30, "居民身份证的正面印有姓名、性别、民族、出生日期、"}, {60, 140, 30, "住址和公民身份号码,背面印有签发机关和有效期限。"},
			{60, 200, 30, "公民身份号码由十八位数字组成,最后一位是校验码。"}, {60, 260, 30, "任何组织或者个人不得扣押居民身份证。"},
			{60, 320, 30, "本页为样本 SPECIMEN,仅用于测试。"},
		}},
		{"an empty form", []line{
			{60, 90, 26, "姓 名"}, {60, 160, 26, "性 别"}, {300, 160, 26, "民 族"}, {60, 230, 26, "出 生"}, {60, 300, 26, "住 址"},
			{60, 540, 26, "公民身份号码"}, {640, 600, 22, "样本 SPECIMEN"},
		}},
		{"a business card", []line{
			{80, 140, 52, "赵宁宁"}, {80, 200, 28, "销售经理"}, {80, 340, 28, "样本科技有限公司 SPECIMEN"}, {80, 400, 26, "地址:北京市海淀区学院路38号"},
			{80, 450, 26, "电话:010-62331234"}, {80, 500, 26, "手机:13800000000"},
		}},
		{"a bank card", []line{
			{70, 110, 44, "样本银行 SPECIMEN BANK"}, {70, 360, 56, "6222 0000 1234 5678 908"}, {70, 430, 28, "MONTH/YEAR 08/31"}, {760, 560, 40, "UnionPay"},
		}},
		{"a driving licence", []line{
			{150, 70, 40, "中华人民共和国机动车驾驶证"}, {60, 140, 28, "证号 " + number}, {60, 200, 28, "姓名 赵宁宁"}, {360, 200, 28, "性别 女"},
			{560, 200, 28, "国籍 中国"}, {60, 270, 28, "住址 北京市东城区和平大道12号"}, {60, 340, 28, "出生日期 1990-03-07"},
			{60, 400, 28, "初次领证日期 2012-05-01"}, {60, 460, 28, "准驾车型 C1"}, {60, 580, 22, "样本 SPECIMEN"},
		}},
		{"a residence permit", []line{
			{62, 108, 34, "姓名 陈样本"}, {62, 184, 34, "性别 男"}, {62, 258, 34, "出生 1990年3月7日"}, {62, 334, 34, "住址 广东省珠海市香洲区1号"},
			{62, 480, 34, "港澳居民居住证"}, {62, 566, 34, "公民身份号码 " + withChecksum("81000019900307123")}, {640, 600, 22, "样本 SPECIMEN"},
		}},
	}
}
