package card

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/plugins/local/internal/ocr"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
)

// printed is one line of text on a page of 1011 × 638 pixels.
type printed struct {
	x, y   float64
	size   float64
	pitch  float64 // between characters, as a share of the size; 0 means 1
	text   string
	unsure int // 1 + the index of a character read with probability 0.5
}

// page returns lines as the reader would find them, turned clockwise by an angle.
func page(degrees float64, lines ...printed) *ocr.Page {
	angle := degrees * math.Pi / 180
	sin, cos := math.Sincos(angle)
	turn := func(p raster.Point) raster.Point {
		return raster.Point{X: 700 + p.X*cos - p.Y*sin, Y: 700 + p.X*sin + p.Y*cos}
	}
	p := &ocr.Page{Angle: angle}
	for _, l := range lines {
		pitch := l.size * max(l.pitch, 1)
		if l.pitch > 0 && l.pitch < 1 {
			pitch = l.size * l.pitch
		}
		runes := []rune(l.text)
		w, h := pitch*float64(len(runes)), l.size*1.4
		var line ocr.Line
		for i, c := range []raster.Point{{X: l.x, Y: l.y}, {X: l.x + w, Y: l.y}, {X: l.x + w, Y: l.y + h}, {X: l.x, Y: l.y + h}} {
			line.Quad[i] = turn(c)
		}
		for i, r := range runes {
			prob := 0.99
			if l.unsure == i+1 {
				prob = 0.5
			}
			line.Glyphs = append(line.Glyphs, ocr.Glyph{Rune: r, Prob: prob, At: (float64(i) + 0.5) / float64(len(runes))})
		}
		line.Score = 0.9
		p.Lines = append(p.Lines, line)
	}
	return p
}

const specimenNumber = "110101199003071233"

// portraitSide returns a complete front. change edits its lines first.
func portraitSide(change func(map[string]*printed)) []printed {
	lines := map[string]*printed{
		"name label": {x: 62, y: 80, size: 25, pitch: 1.8, text: "姓名"}, "name": {x: 172, y: 76, size: 38, text: "赵宁宁"},
		"sex label": {x: 62, y: 156, size: 25, pitch: 1.8, text: "性别"}, "sex": {x: 172, y: 154, size: 34, text: "男"},
		"ethnicity label": {x: 300, y: 156, size: 25, pitch: 1.8, text: "民族"}, "ethnicity": {x: 408, y: 154, size: 34, text: "汉"},
		"birth label": {x: 62, y: 230, size: 25, pitch: 1.8, text: "出生"}, "birth": {x: 172, y: 228, size: 30, text: "1990年3月7日"},
		"address label": {x: 62, y: 306, size: 25, pitch: 1.8, text: "住址"}, "address 1": {x: 172, y: 304, size: 34, text: "北京市东城区和平大道12"},
		"address 2":    {x: 172, y: 354, size: 34, text: "号3号楼1单元101"},
		"number label": {x: 62, y: 540, size: 25, pitch: 1.12, text: "公民身份号码"}, "number": {x: 342, y: 534, size: 30, text: specimenNumber},
		"specimen": {x: 700, y: 440, size: 24, text: "样本SPECIMEN"},
	}
	if change != nil {
		change(lines)
	}
	var out []printed
	for _, l := range lines {
		out = append(out, *l)
	}
	return out
}

func emblemSide() []printed {
	return []printed{
		{x: 306, y: 70, size: 62, text: "中华人民共和国"}, {x: 330, y: 170, size: 84, text: "居民身份证"},
		{x: 270, y: 460, size: 27, text: "签发机关"}, {x: 410, y: 458, size: 32, text: "北京市公安局东城分局"},
		{x: 270, y: 532, size: 27, text: "有效期限"}, {x: 410, y: 530, size: 22, text: "2019.08.06-长期"},
		{x: 70, y: 600, size: 18, text: "样本SPECIMEN"},
	}
}

// texts returns the fields of a card. " ?" marks an uncertain field, and " #" one that follows from the number.
func texts(c *Card) map[string]string {
	out := map[string]string{}
	for _, f := range c.Fields {
		s := f.Text
		if slices.Contains(f.Flags, FromNumber) {
			s += " #"
		}
		if slices.Contains(f.Flags, Uncertain) {
			s += " ?"
		}
		out[f.Name] = s
	}
	return out
}

func whole() map[string]string {
	return map[string]string{
		Name: "赵宁宁", Sex: "男", Ethnicity: "汉", BirthDate: "1990年3月7日", Address: "北京市东城区和平大道12号3号楼1单元101", IDNumber: specimenNumber,
	}
}

func TestFront(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(map[string]*printed)
		want   func(map[string]string)
	}{
		{"a whole card is read without doubts", nil, nil},
		{"misread labels do not leak into values", func(l map[string]*printed) {
			l["name label"].text, l["address label"].text, l["ethnicity label"].text = "姓书", "佳址", "民集"
		}, nil},
		{"labels that were not seen at all are not needed", func(l map[string]*printed) {
			delete(l, "name label")
			delete(l, "address label")
		}, nil},
		{"full-width digits and traditional forms are the recogniser's, not the card's", func(l map[string]*printed) {
			l["birth"].text, l["ethnicity"].text = "１９９０年３月７日", "漢"
		}, nil},
		{"an unsure character makes a name uncertain", func(l map[string]*printed) { l["name"].unsure = 2 },
			func(w map[string]string) { w[Name] += " ?" }},
		{"a hole in a name makes it uncertain", func(l map[string]*printed) { l["name"].pitch = 1.9; l["name"].text = "赵宁" },
			func(w map[string]string) { w[Name] = "赵宁 ?" }},
		{"an address may name a bank or a school", func(l map[string]*printed) { l["address 2"].text = "号中国银行宿舍1单元" },
			func(w map[string]string) { w[Address] = "北京市东城区和平大道12号中国银行宿舍1单元" }},
		{"an unknown ethnic group is given as read, uncertain", func(l map[string]*printed) { l["ethnicity"].text = "汗" },
			func(w map[string]string) { w[Ethnicity] = "汗 ?" }},
		{"a name with a dot", func(l map[string]*printed) { l["name"].text, l["name"].size = "古丽娜尔•艾合买提", 30 },
			func(w map[string]string) { w[Name] = "古丽娜尔·艾合买提" }},
		{"a digit on the border of two boxes is read once", func(l map[string]*printed) {
			l["birth"].text, l["birth"].unsure = "1990年3月7", 0
			l["birth end"] = &printed{x: 172 + 7*30 + 4, y: 228, size: 30, text: "7日", unsure: 1}
		}, nil},
		{"a field that is not there is absent", func(l map[string]*printed) {
			delete(l, "name")
			delete(l, "name label")
			delete(l, "ethnicity")
			delete(l, "ethnicity label")
		}, func(w map[string]string) { delete(w, Name); delete(w, Ethnicity) }},
		{"an unreadable birth date follows from the number, and says so", func(l map[string]*printed) { l["birth"].text = "19年" },
			func(w map[string]string) { w[BirthDate] += " # ?" }},
		{"an unreadable birth date stays away when the number does not check", func(l map[string]*printed) {
			l["birth"].text, l["number"].text = "19年", "110101199003071238"
		}, func(w map[string]string) { delete(w, BirthDate); w[IDNumber] = "110101199003071238 ?" }},
		{"birth date and sex that the number contradicts stay as read, all uncertain", func(l map[string]*printed) {
			l["birth"].text, l["sex"].text = "1990年3月8日", "女"
		}, func(w map[string]string) { w[BirthDate], w[Sex] = "1990年3月8日 ?", "女 ?"; w[IDNumber] += " ?" }},
		{"a number that is too short is not read", func(l map[string]*printed) { l["number"].text = "11010119900307" },
			func(w map[string]string) { delete(w, IDNumber) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := whole()
			if test.want != nil {
				test.want(want)
			}
			for _, degrees := range []float64{0, 8, 90, 180, 275} {
				c, err := Parse(page(degrees, portraitSide(test.change)...), "")
				if err != nil {
					t.Fatalf("turned by %g°: %v", degrees, err)
				}
				if diff := cmp.Diff(want, texts(c)); diff != "" {
					t.Errorf("turned by %g° (-want +got):\n%s", degrees, diff)
				}
				if c.Side != Front || math.Abs(c.Rotation-degrees) > 1e-6 {
					t.Errorf("side %s turned by %g°, want front turned by %g°", c.Side, c.Rotation, degrees)
				}
			}
		})
	}
}

func TestBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, dates string
		from, until string
	}{
		{"no end date", "2019.08.06-长期", "2019.08.06", "长期"},
		{"an end date", "2019.08.06-2039.08.06", "2019.08.06", "2039.08.06"},
		{"dots and dash that were lost", "2019080620390806", "2019.08.06", "2039.08.06"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines := emblemSide()
			lines[5].text = test.dates
			c, err := Parse(page(180, lines...), "")
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{IssuingAuthority: "北京市公安局东城分局", ValidFrom: test.from, ValidUntil: test.until}
			if diff := cmp.Diff(want, texts(c)); diff != "" || c.Side != Back || c.Portrait != nil {
				t.Errorf("side %s, portrait %v (-want +got):\n%s", c.Side, c.Portrait, diff)
			}
		})
	}
}

func TestParseLocatesFieldsInThePicture(t *testing.T) {
	t.Parallel()
	c, err := Parse(page(0, portraitSide(nil)...), "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Portrait == nil {
		t.Fatal("no portrait box")
	}
	if got, want := c.Portrait.Center(), (raster.Point{X: 700 + 787, Y: 700 + 281}); got.Dist(want) > 40 {
		t.Errorf("the portrait's centre is %v, want about %v", got, want)
	}
	name := c.Field(Name).Quad
	if !name.Contains(raster.Point{X: 700 + 229, Y: 700 + 100}) || name.Contains(raster.Point{X: 700 + 110, Y: 700 + 100}) {
		t.Errorf("the name's polygon %v does not contain the name only", name)
	}
}

func TestParseRefusesOtherDocuments(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]printed{
		"nothing":         nil,
		"a text about it": {{x: 10, y: 10, size: 20, text: "居民身份证的正面印有姓名性别民族出生日期住址"}},
		"an empty form": {
			{x: 62, y: 80, size: 25, text: "姓名"}, {x: 62, y: 156, size: 25, text: "性别"}, {x: 300, y: 156, size: 25, text: "民族"},
			{x: 62, y: 230, size: 25, text: "出生"}, {x: 62, y: 306, size: 25, text: "住址"}, {x: 62, y: 540, size: 25, text: "公民身份号码"},
		},
		"a driving licence": append(portraitSide(nil), printed{x: 100, y: 10, size: 40, text: "中华人民共和国机动车驾驶证"}),
		"a number alone":    {{x: 62, y: 80, size: 25, text: specimenNumber}},
		"a number above the labels": {
			{x: 62, y: 10, size: 25, text: specimenNumber}, {x: 62, y: 80, size: 25, text: "姓名赵宁宁"}, {x: 62, y: 156, size: 25, text: "性别男民族汉"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := Parse(page(0, lines...), ""); !errors.Is(err, ErrNotCard) {
				t.Errorf("got %v, %v; want ErrNotCard", c, err)
			}
		})
	}
}

func TestParseHintDecidesBetweenTwoSides(t *testing.T) {
	t.Parallel()
	lines := emblemSide()
	for i := range lines {
		lines[i].y += 800
	}
	both := append(portraitSide(nil), lines...)
	for hint, want := range map[Side]Side{"": Front, Front: Front, Back: Back} {
		c, err := Parse(page(0, both...), hint)
		if err != nil {
			t.Fatal(err)
		}
		if c.Side != want {
			t.Errorf("hint %q: side %s, want %s", hint, c.Side, want)
		}
	}
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		specimenNumber: true, "11010519491231002X": true, "440524188001010014": true, // the last two are the standard's examples
		"110101199003071238": false, "11010119900307123": false, "11010119900307123x": false, "": false,
	} {
		if got := Checksum(number); got != want {
			t.Errorf("Checksum(%q) = %v, want %v", number, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("姓名赵宁宁\n性别男民族汉\n出生1990年3月7日\n住址北京市\n公民身份号码110101199003071233", 0.0, uint8(255))
	f.Add("居民身份证\n签发机关北京市公安局\n有效期限2019.08.06-长期", 1.5, uint8(7))
	f.Fuzz(func(t *testing.T, text string, degrees float64, scatter uint8) {
		var lines []printed
		line := printed{size: 20}
		for _, r := range text {
			if r == '\n' || len(line.text) > 200 {
				lines = append(lines, line)
				line = printed{size: 20, x: float64(scatter) * float64(len(lines)%3), y: line.y + 30}
				continue
			}
			line.text += string(r)
		}
		p := page(degrees, append(lines, line)...)
		c, err := Parse(p, "")
		if err != nil {
			return
		}
		for _, field := range c.Fields {
			if field.Text == "" || field.Confidence < 0 || field.Confidence > 1 {
				t.Errorf("field %s has text of %d bytes and confidence %g", field.Name, len(field.Text), field.Confidence)
			}
		}
	})
}
