package idcard_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

func TestLookupRegion(t *testing.T) {
	for says, want := range map[string]idcard.Region{
		"a district of a municipality":          {Code: "110101", Name: "东城区", Province: "北京市"},
		"a district that was merged":            {Code: "110103", Name: "崇文区", Province: "北京市", Until: 2009},
		"another one":                           {Code: "310103", Name: "卢湾区", Province: "上海市", Until: 2010},
		"a district of a province's capital":    {Code: "330106", Name: "西湖区", Province: "浙江省", Prefecture: "杭州市"},
		"a municipality younger than the codes": {Code: "500112", Name: "渝北区", Province: "重庆市", Since: 1997},
		"a city that only the second source has": {Code: "500181", Name: "江津市", Province: "重庆市",
			Since: 1997, Until: 2001},
		"a code given out twice, under the prefecture of its time": {Code: "362532", Name: "广昌县", Province: "江西省", Prefecture: "抚州地区",
			Since: 1983, Until: 1999},
		"a county straight under its province": {Code: "429004", Name: "仙桃市", Province: "湖北省", Since: 1994},
		"a city without counties":              {Code: "441900", Name: "东莞市", Province: "广东省", Since: 1988},
		"a province":                           {Code: "330000", Name: "浙江省"},
		"Hong Kong":                            {Code: "810000", Name: "香港特别行政区"},
	} {
		t.Run(says, func(t *testing.T) {
			got, ok := idcard.LookupRegion(want.Code)
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Errorf("LookupRegion (-want +got):\n%s", diff)
			}
			if got.Retired() != (want.Until != 0) {
				t.Errorf("Retired() = %v", got.Retired())
			}
		})
	}
	for _, code := range []string{"", "1", "110199", "000000", "999999", "1101010", "11010X", "\n11010", "一二"} {
		if got, ok := idcard.LookupRegion(code); ok {
			t.Errorf("LookupRegion(%q) = %+v, want none", code, got)
		}
	}
}

func TestFullNamesRunFromTheProvinceDown(t *testing.T) {
	for code, want := range map[string]string{
		"110101": "北京市东城区", "330106": "浙江省杭州市西湖区", "441900": "广东省东莞市", "330000": "浙江省", "429004": "湖北省仙桃市",
	} {
		if r, _ := idcard.LookupRegion(code); r.FullName() != want {
			t.Errorf("full name of %s is %s, want %s", code, r.FullName(), want)
		}
	}
}

func TestEveryEthnicGroupIsFoundByBothItsNames(t *testing.T) {
	groups := idcard.Ethnicities()
	standard, names, letters := 0, map[string]bool{}, map[string]bool{}
	for _, g := range groups {
		names[g.Name] = true
		if got, ok := idcard.LookupEthnicity(g.Name); !ok || got != g {
			t.Errorf("LookupEthnicity(%s) = %v, %v", g.Name, got, ok)
		}
		if g.Letters == "" {
			continue
		}
		standard++
		letters[g.Letters] = true
		if got, ok := idcard.LookupEthnicity(g.Name + "族"); !ok || got != g {
			t.Errorf("LookupEthnicity(%s族) = %v, %v", g.Name, got, ok)
		}
		if want := string([]byte{byte('0' + standard/10), byte('0' + standard%10)}); g.Code != want {
			t.Errorf("code of %s is %s, want %s", g.Name, g.Code, want)
		}
		if strings.HasSuffix(g.Name, "族") {
			t.Errorf("%s is not as cards print it", g.Name)
		}
	}
	if standard != 56 || len(letters) != 56 || len(names) != len(groups) {
		t.Errorf("%d groups of the standard, %d letter codes, %d names of %d groups", standard, len(letters), len(names), len(groups))
	}
	groups[0].Name = "changed"
	if idcard.Ethnicities()[0].Name != "汉" {
		t.Error("a caller can change the table")
	}
}
