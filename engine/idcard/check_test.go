package idcard_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

var noon = time.Date(2026, time.June, 15, 4, 0, 0, 0, time.UTC) // 12:00 in China

// card normalises both sides of an invented specimen, with some texts changed; an empty text takes the field away.
func card(t testing.TB, changes map[string]string) map[string]idcard.Field {
	text := map[string]string{
		idcard.FieldName:             "样本",
		idcard.FieldSex:              "男",
		idcard.FieldEthnicity:        "汉",
		idcard.FieldBirthDate:        "1989年12月1日",
		idcard.FieldAddress:          "浙江省杭州市西湖区样本路1号",
		idcard.FieldIDNumber:         number(t, "33010619891201231"),
		idcard.FieldIssuingAuthority: "杭州市公安局西湖分局",
		idcard.FieldValidity:         "2019.08.06-2039.08.06",
	}
	for name, as := range changes {
		text[name] = as
	}
	return idcard.Normalize(text)
}

func TestCheckPassesAConsistentCard(t *testing.T) {
	checks := idcard.Check(card(t, nil), noon)
	if len(checks) != len(idcard.CheckNames()) {
		t.Errorf("%d checks made, want %d", len(checks), len(idcard.CheckNames()))
	}
	for _, name := range idcard.CheckNames() {
		if checks[name] != idcard.Pass {
			t.Errorf("%s is %q, want pass", name, checks[name])
		}
	}
}

func TestCheckOfNothingChecksNothing(t *testing.T) {
	checks := idcard.Check(nil, noon)
	for _, name := range idcard.CheckNames() {
		if checks[name] != idcard.NotChecked {
			t.Errorf("%s is %q, want not_checked", name, checks[name])
		}
	}
}

func TestChecksOfTheNumber(t *testing.T) {
	const sum, born, sex, region = idcard.CheckIDNumberChecksum, idcard.CheckBirthDateMatchesNumber,
		idcard.CheckSexMatchesNumber, idcard.CheckRegionKnown
	const pass, fail, unchecked = idcard.Pass, idcard.Fail, idcard.NotChecked
	for _, c := range []struct {
		says    string
		changes map[string]string
		want    idcard.Checks
	}{
		{"a wrong check digit fails alone", map[string]string{idcard.FieldIDNumber: wrongLast(number(t, "33010619891201231"))},
			idcard.Checks{sum: fail, born: pass, sex: pass, region: pass}},
		{"another birth date on the card", map[string]string{idcard.FieldBirthDate: "1989年12月2日"},
			idcard.Checks{sum: pass, born: fail, sex: pass, region: pass}},
		{"another sex on the card", map[string]string{idcard.FieldSex: "女"},
			idcard.Checks{sum: pass, born: pass, sex: fail, region: pass}},
		{"a woman's number", map[string]string{idcard.FieldSex: "女", idcard.FieldIDNumber: number(t, "33010619891201232")},
			idcard.Checks{sum: pass, born: pass, sex: pass, region: pass}},
		{"a region that never was", map[string]string{idcard.FieldIDNumber: number(t, "99999919891201231")},
			idcard.Checks{sum: pass, born: pass, sex: pass, region: fail}},
		{"a region that is no more", map[string]string{idcard.FieldIDNumber: number(t, "11010319891201231")},
			idcard.Checks{sum: pass, born: pass, sex: pass, region: pass}},
		{"a day in the number that does not exist", map[string]string{idcard.FieldIDNumber: number(t, "33010619890231231")},
			idcard.Checks{sum: pass, born: fail, sex: pass, region: pass}},
		{"the old form has no checksum", map[string]string{idcard.FieldIDNumber: "330106891201231"},
			idcard.Checks{sum: unchecked, born: pass, sex: pass, region: pass}},
		{"a masked number says nothing", map[string]string{idcard.FieldIDNumber: "330106XXXXXXXXXXXX"},
			idcard.Checks{sum: unchecked, born: unchecked, sex: unchecked, region: unchecked}},
		{"a number only", map[string]string{idcard.FieldBirthDate: "", idcard.FieldSex: ""},
			idcard.Checks{sum: pass, born: unchecked, sex: unchecked, region: pass}},
		{"a masked birth date and an unread sex", map[string]string{idcard.FieldBirthDate: "198X-0X-XX", idcard.FieldSex: "?"},
			idcard.Checks{sum: pass, born: unchecked, sex: unchecked, region: pass}},
	} {
		t.Run(c.says, func(t *testing.T) {
			got := idcard.Check(card(t, c.changes), noon)
			delete(got, idcard.CheckValiditySpan)
			delete(got, idcard.CheckExpired)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
		})
	}
}

func wrongLast(number string) string {
	if number[17] == '0' {
		return number[:17] + "1"
	}
	return number[:17] + "0"
}

func TestCheckValiditySpan(t *testing.T) {
	for _, c := range []struct {
		says, born, span string
		want             idcard.State
	}{
		{"five years for a child", "20100101", "20150101-20200101", idcard.Pass},
		{"five years on the last day at fifteen", "20100101", "20251231-20301231", idcard.Pass},
		{"five years at sixteen", "20100101", "20260101-20310101", idcard.Fail},
		{"ten years at sixteen", "20100101", "20260101-20360101", idcard.Pass},
		{"ten years for a child", "20100101", "20150101-20250101", idcard.Fail},
		{"ten years on the last day at twenty-five", "20000601", "20260531-20360531", idcard.Pass},
		{"twenty years on that day", "20000601", "20260531-20460531", idcard.Fail},
		{"twenty years at twenty-six", "20000601", "20260601-20460601", idcard.Pass},
		{"ten years at twenty-six", "20000601", "20260601-20360601", idcard.Fail},
		{"twenty years on the last day at forty-five", "19800601", "20260531-20460531", idcard.Pass},
		{"no end at forty-five", "19800601", "20260531-长期", idcard.Fail},
		{"no end at forty-six", "19800601", "20260601-长期", idcard.Pass},
		{"twenty years at forty-six", "19800601", "20260601-20460601", idcard.Fail},
		{"no end for a child", "20100101", "20150101-长期", idcard.Fail},
		{"a day short", "20000601", "20260601-20460531", idcard.Fail},
		{"a day long", "20000601", "20260601-20460602", idcard.Fail},
		{"an end before the beginning", "20000601", "20260601-20060601", idcard.Fail},
		{"a card older than its holder", "20000601", "19990601-20040601", idcard.Fail},
		{"a holder born on 29 February comes of age on 1 March", "20000229", "20260228-20360228", idcard.Pass},
		{"and is twenty-six from then on", "20000229", "20260301-20460301", idcard.Pass},
		{"issued on 29 February, ending the day before the missing one", "20000601", "20240229-20340228", idcard.Pass},
		{"issued on 29 February, ending the day after the missing one", "20000601", "20240229-20340301", idcard.Pass},
		{"issued on 29 February, ending on no neighbour", "20000601", "20240229-20340227", idcard.Fail},
		{"from one 29 February to another", "19900601", "20240229-20440229", idcard.Pass},
		{"from 29 February to the day before another", "19900601", "20240229-20440228", idcard.Fail},

		{"five years for an unknown age", "", "20260601-20310601", idcard.Pass},
		{"ten years for an unknown age", "", "20260601-20360601", idcard.Pass},
		{"twenty years for an unknown age", "", "20260601-20460601", idcard.Pass},
		{"no end for an unknown age", "", "20260601-长期", idcard.Pass},
		{"fifteen years for an unknown age", "", "20260601-20410601", idcard.Fail},
		{"an unread span", "20000601", "2026", idcard.NotChecked},
	} {
		t.Run(c.says, func(t *testing.T) {
			fields := idcard.Normalize(map[string]string{idcard.FieldBirthDate: c.born, idcard.FieldValidity: c.span})
			if got := idcard.Check(fields, noon)[idcard.CheckValiditySpan]; got != c.want {
				t.Errorf("validity_span of %s for a holder born %s is %q, want %q", c.span, c.born, got, c.want)
			}
		})
	}
}

func TestCheckValiditySpanTakesTheBirthDateFromTheNumber(t *testing.T) {
	fields := card(t, map[string]string{idcard.FieldBirthDate: "", idcard.FieldValidity: "20190806-20290806"})
	if got := idcard.Check(fields, noon)[idcard.CheckValiditySpan]; got != idcard.Fail {
		t.Errorf("ten years for a holder of 29 is %q, want fail", got)
	}
}

func TestCheckExpired(t *testing.T) {
	lastMoment := time.Date(2039, time.August, 6, 15, 59, 59, 0, time.UTC) // 23:59:59 in China
	for _, c := range []struct {
		says, until string
		at          time.Time
		want        idcard.State
	}{
		{"valid to the last moment of its last day in China", "20390806", lastMoment, idcard.Pass},
		{"expired a second later", "20390806", lastMoment.Add(time.Second), idcard.Fail},
		{"expired whatever zone the clock is in", "20390806", lastMoment.Add(time.Second).In(time.FixedZone("", -8*3600)), idcard.Fail},
		{"never expired without an end", "长期", lastMoment, idcard.Pass},
		{"not checked without a clock", "20390806", time.Time{}, idcard.NotChecked},
		{"not checked without a date", "2039", lastMoment, idcard.NotChecked},
	} {
		t.Run(c.says, func(t *testing.T) {
			fields := idcard.Normalize(map[string]string{idcard.FieldValidUntil: c.until})
			if got := idcard.Check(fields, c.at)[idcard.CheckExpired]; got != c.want {
				t.Errorf("expired is %q, want %q", got, c.want)
			}
		})
	}
}

func TestCheckLooksAtValuesNotTexts(t *testing.T) {
	checks := idcard.Check(map[string]idcard.Field{
		idcard.FieldIDNumber:   {Text: number(t, "33010619891201231")},
		idcard.FieldBirthDate:  {Value: "1989/12/01"},
		idcard.FieldValidUntil: {Value: "+2039-8-6"},
	}, noon)
	for name, state := range checks {
		if state != idcard.NotChecked {
			t.Errorf("%s is %q, want not_checked", name, state)
		}
	}
}

func BenchmarkNormalizeAndCheck(b *testing.B) {
	text := map[string]string{
		idcard.FieldName: "样本", idcard.FieldSex: "男", idcard.FieldEthnicity: "维吾尔族", idcard.FieldBirthDate: "1989年12月1日",
		idcard.FieldAddress: "浙江省杭州市西湖区样本路１０８号", idcard.FieldIDNumber: number(b, "33010619891201231"),
		idcard.FieldIssuingAuthority: "杭州市公安局西湖分局", idcard.FieldValidity: "2019.08.06-2039.08.06",
	}
	b.ReportAllocs()
	for b.Loop() {
		idcard.Check(idcard.Normalize(text), noon)
	}
}
