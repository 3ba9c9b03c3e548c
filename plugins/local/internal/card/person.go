package card

import (
	"slices"
	"strings"
)

// sexAndEthnicity reads the text after 性别: the sex, the label 民族, and the ethnicity.
func (ps *parser) sexAndEthnicity(c *Card, tokens []token, n *number) {
	sexAt := slices.IndexFunc(tokens, func(t token) bool { return t.r == '男' || t.r == '女' })
	rest := tokens
	if sexAt >= 0 {
		sex := tokens[sexAt : sexAt+1]
		ps.add(c, Sex, text(sex), sex, doubt(sex)...)
		rest = tokens[sexAt+1:]
	} else if n != nil && n.valid && len(tokens) > 0 {
		c.Fields = append(c.Fields, Field{
			Name: Sex, Text: []string{"女", "男"}[(n.text[16]-'0')%2],
			Confidence: leastProb(n.tokens), Quad: region(tokens[:1], ps.along, ps.down), Flags: []string{FromNumber, Uncertain},
		})
	}
	ethnic := simplified(only(afterEthnicityLabel(rest), isHan))
	flags := doubt(ethnic)
	if !slices.Contains(ethnicities(), text(ethnic)) && flags == nil {
		flags = []string{Uncertain}
	}
	ps.add(c, Ethnicity, text(ethnic), ethnic, flags...)
}

// afterEthnicityLabel cuts off 民族, also if one character was misread or both are missing.
func afterEthnicityLabel(tokens []token) []token {
	if i := find(tokens, "民族"); i >= 0 {
		return tokens[i+2:]
	}
	if slices.Contains(ethnicities(), text(tokens)) {
		return tokens
	}
	if i := find(tokens, "族"); i >= 0 && i < 2 {
		return tokens[i+1:]
	}
	if i := find(tokens, "民"); i == 0 && len(tokens) > 2 {
		return tokens[2:]
	}
	return nil
}

// simplified replaces traditional characters, which some recognisers return. Cards have the simplified form only.
func simplified(tokens []token) []token {
	tokens = slices.Clone(tokens)
	for i := range tokens {
		if j := slices.Index([]rune("漢滿維爾東鄉達錫溫獨龍倫諾薩鮮烏"), tokens[i].r); j >= 0 {
			tokens[i].r = []rune("汉满维尔东乡达锡温独龙伦诺萨鲜乌")[j]
		}
	}
	return tokens
}

func (ps *parser) birth(c *Card, tokens []token, n *number) {
	tokens = slices.Clone(tokens)
	for i, t := range tokens {
		if d, ok := digit(t.r); ok && d != 'X' {
			tokens[i].r = rune(d)
		}
	}
	if at := birthDate.FindStringSubmatchIndex(text(tokens)); at != nil {
		date := text(capture(tokens, at, 1, 1)) + "年" + text(capture(tokens, at, 2, 2)) + "月" + text(capture(tokens, at, 3, 3)) + "日"
		read := tokens[tokenAt(tokens, at[0]):tokenAt(tokens, at[1])]
		digits := only(read, isDigit)
		ps.add(c, BirthDate, date, read, doubt(digits)...)
		c.Fields[len(c.Fields)-1].Confidence = leastProb(digits)
		return
	}
	if n != nil && n.valid && len(tokens) > 0 {
		c.Fields = append(c.Fields, Field{
			Name: BirthDate, Text: birthIn(n.text), Confidence: leastProb(n.tokens),
			Quad: region(tokens, ps.along, ps.down), Flags: []string{FromNumber, Uncertain},
		})
	}
}

// birthIn returns the birth date in a number, written as on the card.
func birthIn(number string) string {
	trim := func(s string) string { return strings.TrimPrefix(s, "0") }
	return number[6:10] + "年" + trim(number[10:12]) + "月" + trim(number[12:14]) + "日"
}

// crossCheck flags birth date, sex and number if they disagree. It changes no value.
func crossCheck(c *Card, n *number) {
	suspect := func(name string) {
		for _, f := range []*Field{c.Field(name), c.Field(IDNumber)} {
			if !slices.Contains(f.Flags, Uncertain) {
				f.Flags = append(f.Flags, Uncertain)
			}
		}
	}
	if f := c.Field(BirthDate); f != nil && f.Text != birthIn(n.text) {
		suspect(BirthDate)
	}
	if f := c.Field(Sex); f != nil && f.Text != []string{"女", "男"}[(n.text[16]-'0')%2] {
		suspect(Sex)
	}
}

// ethnicities returns the 56 names of GB/T 3304-1991 as cards print them.
func ethnicities() []string {
	return strings.Fields(`汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土
		达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺`)
}
