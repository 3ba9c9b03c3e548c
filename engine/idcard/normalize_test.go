package idcard_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

var (
	unnormalized = []string{idcard.FlagUnnormalized}
	masked       = []string{idcard.FlagUnnormalized, idcard.FlagMasked}
)

// single is one text under one field name, and what must become of it besides keeping the text.
type single struct {
	says  string
	field string
	text  string
	want  idcard.Field
}

func (c single) run(t *testing.T) {
	t.Run(c.says, func(t *testing.T) {
		c.want.Text = c.text
		got := idcard.Normalize(map[string]string{c.field: c.text})
		if diff := cmp.Diff(map[string]idcard.Field{c.field: c.want}, got); diff != "" {
			t.Errorf("Normalize (-want +got):\n%s", diff)
		}
	})
}

func TestNormalizeDates(t *testing.T) {
	const born, until = idcard.FieldBirthDate, idcard.FieldValidUntil
	day := idcard.Field{Value: "1989-12-01"}
	none := idcard.Field{Flags: unnormalized}
	for _, c := range []single{
		{"a date with its words as duguang gives it", born, "1989年12月1日", day},
		{"a date with two digits throughout", born, "1989年12月01日", day},
		{"a date without its last word", born, "1989年12月1", day},
		{"eight digits as wapi gives them", born, "19891201", day},
		{"a date with dots as the emblem side prints it", born, "1989.12.01", day},
		{"a date with slashes", born, "1989/12/1", day},
		{"a date with dashes", born, "1989-12-1", day},
		{"a date with a middle dot", born, "1989·12·01", day},
		{"a date in full-width characters", born, "１９８９年１２月０１日", day},
		{"full-width stops", born, "１９８９．１２．０１", day},
		{"a date spaced as the card prints it", born, " 1989 年 12 月 1 日 ", day},
		{"digits apart from each other", born, "1 9 8 9 1 2 0 1", day},
		{"spaces as the only separators", born, "1989 12 1", day},
		{"ideographic spaces and a line end", born, "1989\u300012\u30001\n", day},
		{"spaces where without them it would read otherwise", born, "1989 11 1", idcard.Field{Value: "1989-11-01"}},
		{"29 February of a leap year", born, "2000年2月29日", idcard.Field{Value: "2000-02-29"}},
		{"29 February of a century that is none", born, "1900年2月29日", none},
		{"29 February of a common year", born, "20010229", none},
		{"a thirteenth month", born, "1989年13月1日", none},
		{"a day 31 in a month of 30", born, "1989-11-31", none},
		{"a day zero", born, "1989.12.00", none},
		{"zeros for nothing", born, "0000-00-00", none},
		{"a database's first day", born, "0001-01-01", none},
		{"a month without a day", born, "1989年12月", none},
		{"a year of two digits", born, "89-12-01", none},
		{"seven digits", born, "1989121", none},
		{"nine digits", born, "198912011", none},
		{"a letter read for a digit, which is not guessed", born, "l989年12月1日", none},
		{"words in the wrong places", born, "1989月12年1日", none},
		{"something behind the date", born, "1989-12-01 00:00:00", none},
		{"hidden digits as duguang's document shows them", born, "19XX年X月X日", idcard.Field{Flags: masked}},
		{"hidden digits as showapi's document shows them", born, "198X-0X-XX", idcard.Field{Flags: masked}},
		{"hidden digits as stars", born, "1989-**-**", idcard.Field{Flags: masked}},
		{"no end date on a birth date", born, "长期", none},

		{"the end date as wapi gives it", until, "20390806", idcard.Field{Value: "2039-08-06"}},
		{"no end date", until, "长期", idcard.Field{LongTerm: true}},
		{"no end date, in more words", until, "长期有效", idcard.Field{LongTerm: true}},
		{"no end date, spaced", until, " 长\u3000期 ", idcard.Field{LongTerm: true}},
		{"no end date, cut short", until, "长", none},
		{"a first day", idcard.FieldValidFrom, "2019.08.06", idcard.Field{Value: "2019-08-06"}},
		{"no first day", idcard.FieldValidFrom, "长期", none},
	} {
		c.run(t)
	}
}

func TestNormalizeSex(t *testing.T) {
	for _, text := range []string{"男", " 男 ", "男性", "M", "m", "male", "Male", "MALE", "Ｍ"} {
		single{text + " is male", idcard.FieldSex, text, idcard.Field{Value: idcard.Male}}.run(t)
	}
	for _, text := range []string{"女", "女\n", "女性", "F", "f", "female", "Female", "FEMALE"} {
		single{text + " is female", idcard.FieldSex, text, idcard.Field{Value: idcard.Female}}.run(t)
	}
	for _, text := range []string{"0", "1", "2", "9", "未知", "男女", "旻"} {
		single{text + " is not certain", idcard.FieldSex, text, idcard.Field{Flags: unnormalized}}.run(t)
	}
}

func TestNormalizeEthnicity(t *testing.T) {
	for text, want := range map[string]string{
		"汉": "汉", "汉族": "汉", " 汉 族 ": "汉", "维吾尔族": "维吾尔", "维吾尔": "维吾尔", "土": "土", "土家族": "土家", "水族": "水",
		"穿青人": "穿青人", "革家人": "革家人", "其他": "其他", "外国血统中国籍人士": "外国血统中国籍人士",
	} {
		single{text + " is " + want, idcard.FieldEthnicity, text, idcard.Field{Value: want}}.run(t)
	}
	for _, text := range []string{"族", "汉族族", "又", "穿青人族", "其他族", "01", "HA"} {
		single{text + " is none", idcard.FieldEthnicity, text, idcard.Field{Flags: unnormalized}}.run(t)
	}
}

func TestNormalizeNumbers(t *testing.T) {
	const number = idcard.FieldIDNumber
	read := idcard.Field{Value: "11010119491231002X"}
	none := idcard.Field{Flags: unnormalized}
	hidden := idcard.Field{Flags: masked}
	for _, c := range []single{
		{"a number as printed", number, "11010119491231002X", read},
		{"a small x", number, "11010119491231002x", read},
		{"full-width characters", number, "１１０１０１１９４９１２３１００２Ｘ", read},
		{"spaces between its groups", number, "110101 19491231 002 X", read},
		{"the Roman numeral ten", number, "11010119491231002Ⅹ", read},
		{"a multiplication sign in the last place", number, "11010119491231002×", read},
		{"a wrong check digit, which is for the checks to find", number, "110101194912310021", idcard.Field{Value: "110101194912310021"}},
		{"the old form", number, "110101491231002", idcard.Field{Value: "110101491231002", Flags: []string{idcard.FlagFifteenDigits}}},
		{"hidden digits as duguang's document shows them", number, "500224XXXXXXXXXXXX", hidden},
		{"hidden digits as showapi's document shows them", number, "*********01211122", hidden},
		{"hidden digits in the middle", number, "110101********002X", hidden},
		{"full-width stars", number, "110101＊＊＊＊＊＊＊＊002X", hidden},
		{"a hidden check digit", number, "11010119491231002*", hidden},
		{"a digit too few", number, "1101011949123100X", none},
		{"a digit too many", number, "1101011949123100200", none},
		{"an X that is not last", number, "1101011949123100X2", hidden},
		{"a letter read for a digit, which is not guessed", number, "I1010119491231002X", none},
		{"digits of another script", number, "١١٠١٠١١٩٤٩١٢٣١٠٠٢X", none},
		{"only an X", number, "X", none},
	} {
		c.run(t)
	}
}

func TestNormalizeNamesAndProse(t *testing.T) {
	const name, address, authority = idcard.FieldName, idcard.FieldAddress, idcard.FieldIssuingAuthority
	for _, c := range []single{
		{"a name", name, "张三", idcard.Field{Value: "张三"}},
		{"a name with spaces", name, " 张 \u3000三\n", idcard.Field{Value: "张三"}},
		{"a name with a zero-width space", name, "张\u200b三", idcard.Field{Value: "张三"}},
		{"a bullet in a name", name, "阿卜杜拉•买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"a katakana dot", name, "阿卜杜拉・买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"a narrow katakana dot", name, "阿卜杜拉･买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"a full-width stop", name, "阿卜杜拉．买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"a hyphenation point", name, "阿卜杜拉‧买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"a full stop in a Chinese name", name, "阿卜杜拉. 买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"the right dot", name, "阿卜杜拉·买买提", idcard.Field{Value: "阿卜杜拉·买买提"}},
		{"a name in Latin letters", name, "  John  Q. Public", idcard.Field{Value: "John Q. Public"}},
		{"a character outside the basic plane", name, "张𬭚", idcard.Field{Value: "张𬭚"}},
		{"a hidden character in a name", name, "张*", idcard.Field{Flags: masked}},
		{"a lost character in a name", name, "张\uFFFD", idcard.Field{Flags: unnormalized}},
		{"bytes that are no text", name, "张\xff", idcard.Field{Flags: unnormalized}},
		{"a text that would grow too long", name, "张" + strings.Repeat(".", 1000), idcard.Field{Flags: unnormalized}},
		{"a text too long to be a name", name, strings.Repeat("长", 400), idcard.Field{Flags: unnormalized}},

		{"an address over two lines", address, "浙江省杭州市西湖区\n文二路１０８号Ａ座", idcard.Field{Value: "浙江省杭州市西湖区文二路108号A座"}},
		{"an address keeps its punctuation", address, "文二路（东）3-2号，201室", idcard.Field{Value: "文二路（东）3-2号，201室"}},
		{"an address hidden in part by letters stays as read", address, "杭州市余杭区XXXX", idcard.Field{Value: "杭州市余杭区XXXX"}},
		{"an address hidden in part by stars", address, "杭州市余杭区****", idcard.Field{Flags: masked}},
		{"an authority with spaces", authority, "杭州市公安局 余杭分局", idcard.Field{Value: "杭州市公安局余杭分局"}},
		{"a field of no ID card", "plate", "浙A12345", idcard.Field{Flags: unnormalized}},
	} {
		c.run(t)
	}
}

func TestNormalizeLeavesBlankFieldsOut(t *testing.T) {
	got := idcard.Normalize(map[string]string{
		idcard.FieldName: "", idcard.FieldSex: " ", idcard.FieldAddress: "\n\u3000\u200b", idcard.FieldValidity: "\t", "other": "",
	})
	if len(got) != 0 {
		t.Errorf("Normalize of blanks = %v, want nothing", got)
	}
	if got := idcard.Normalize(nil); len(got) != 0 {
		t.Errorf("Normalize(nil) = %v, want nothing", got)
	}
}

func TestNormalizeSplitsValidity(t *testing.T) {
	const from, until = idcard.FieldValidFrom, idcard.FieldValidUntil
	for says, c := range map[string]struct {
		text        string
		begin, rest string // the parts of the text that the halves keep
	}{
		"digits with a dash as jumdata gives them": {"20190806-20390806", "20190806", "20390806"},
		"dots with a dash as the card prints them": {"2019.08.06-2039.08.06", "2019.08.06", "2039.08.06"},
		"spaces around the dash":                   {"2019.08.06 - 2039.08.06", "2019.08.06", "2039.08.06"},
		"dashes all over":                          {"2019-08-06-2039-08-06", "2019-08-06", "2039-08-06"},
		"an em dash":                               {"2019.08.06—2039.08.06", "2019.08.06", "2039.08.06"},
		"a dash read as the numeral one":           {"2019.08.06一2039.08.06", "2019.08.06", "2039.08.06"},
		"a wave":                                   {"2019/08/06～2039/8/6", "2019/08/06", "2039/8/6"},
		"words":                                    {"2019年8月6日至2039年8月6日", "2019年8月6日", "2039年8月6日"},
		"full-width digits":                        {"２０１９．０８．０６－２０３９．０８．０６", "2019.08.06", "2039.08.06"},
		"nothing between":                          {"2019080620390806", "20190806", "20390806"},
		"only spaces between":                      {"2019 8 6 2039 8 6", "2019.8.6", "2039.8.6"},
	} {
		t.Run(says, func(t *testing.T) {
			want := map[string]idcard.Field{
				from:  {Text: c.begin, Value: "2019-08-06"},
				until: {Text: c.rest, Value: "2039-08-06"},
			}
			if diff := cmp.Diff(want, idcard.Normalize(map[string]string{idcard.FieldValidity: c.text})); diff != "" {
				t.Errorf("Normalize (-want +got):\n%s", diff)
			}
		})
	}
	for _, text := range []string{"2019.08.06-长期", "2019.08.06 - 长 期", "20190806-长期", "2019年8月6日至长期有效", "2019.08.06长期"} {
		t.Run(text+" has no end", func(t *testing.T) {
			got := idcard.Normalize(map[string]string{idcard.FieldValidity: text})
			if got[from].Value != "2019-08-06" || !got[until].LongTerm || got[until].Value != "" || len(got) != 2 {
				t.Errorf("Normalize = %+v", got)
			}
		})
	}
	for text, flags := range map[string][]string{
		"20190806-":          unnormalized,
		"-20390806":          unnormalized,
		"长期":                 unnormalized,
		"2019.08.06-2039.13": unnormalized,
		"20190806-2039080":   unnormalized,
		"20190230-20390806":  unnormalized,
		"2019XXXX-2039XXXX":  masked,
		"2019\xff":           unnormalized,
	} {
		t.Run(text+" is no span", func(t *testing.T) {
			want := map[string]idcard.Field{idcard.FieldValidity: {Text: text, Flags: flags}}
			if diff := cmp.Diff(want, idcard.Normalize(map[string]string{idcard.FieldValidity: text})); diff != "" {
				t.Errorf("Normalize (-want +got):\n%s", diff)
			}
		})
	}
}

func TestValidityFillsOnlyWhatHasNoValue(t *testing.T) {
	got := idcard.Normalize(map[string]string{
		idcard.FieldValidity:   "20190806-20390806",
		idcard.FieldValidFrom:  "20190807",
		idcard.FieldValidUntil: "2O39",
	})
	want := map[string]idcard.Field{
		idcard.FieldValidFrom:  {Text: "20190807", Value: "2019-08-07"},
		idcard.FieldValidUntil: {Text: "20390806", Value: "2039-08-06"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Normalize (-want +got):\n%s", diff)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{
		"1989年12月1日", "19891201", "198X-0X-XX", "20190806-20390806", "2019.08.06-长期", "长期", "2019 8 6 2039 8 6", "男", "维吾尔族",
		"11010119491231002x", "500224XXXXXXXXXXXX", "阿卜杜拉. 买买提", "John Q. Public", "文二路１０８号", "\xff", "\u200b", "×", "张..", "",
	} {
		f.Add(s)
	}
	names := append(idcard.FieldNames(), idcard.FieldValidity, "other")
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range names {
			first := idcard.Normalize(map[string]string{name: text})
			if len(first) > 2 {
				t.Fatalf("%s gave %d fields", name, len(first))
			}
			for got, field := range first {
				checkField(t, got, field, text)
			}
			again := make(map[string]string)
			for got, field := range first {
				again[got] = field.Value
				if field.LongTerm {
					again[got] = field.Text
				}
			}
			for got, field := range idcard.Normalize(again) {
				if field.Value != first[got].Value || field.LongTerm != first[got].LongTerm {
					t.Errorf("%s: %q became %q, which became %q", got, text, first[got].Value, field.Value)
				}
			}
		}
	})
}

// checkField holds a field to what the documentation of Field promises.
func checkField(t *testing.T, name string, f idcard.Field, text string) {
	t.Helper()
	states := 0
	for _, is := range []bool{f.Value != "", f.LongTerm, len(f.Flags) > 0 && f.Flags[0] == idcard.FlagUnnormalized} {
		if is {
			states++
		}
	}
	if states != 1 {
		t.Errorf("%s: %q became %+v, want exactly one of value, long term and unnormalised", name, text, f)
	}
	if len(f.Text) > len(text)+len("....") || len(f.Value) > idcard.MaxTextBytes {
		t.Errorf("%s: %q grew to %+v", name, text, f)
	}
}

func TestNormalizeKeepsItsArgument(t *testing.T) {
	text := map[string]string{idcard.FieldName: " 张三", idcard.FieldValidity: "20190806-长期"}
	before := maps.Clone(text)
	idcard.Normalize(text)
	if diff := cmp.Diff(before, text); diff != "" {
		t.Errorf("argument changed (-before +after):\n%s", diff)
	}
}
