package idcard

import (
	_ "embed"
	"strings"
)

// Region is a county, city or province that GB/T 2260 has, or had, a code for.
type Region struct {
	// Code has six digits, two each for province, prefecture and county.
	Code string
	// Name is the place's own name, 崇文区; the last it had under this code.
	Name string
	// Province and Prefecture are what it belonged to, empty where there is nothing between or above.
	Province, Prefecture string
	// Since and Until are the first and last year whose editions list the code under this name. Since is 0 for 1980 or earlier,
	// Until is 0 while the code is in force.
	Since, Until int
}

// Retired reports whether the code is no longer in force. Numbers that begin with it stay valid.
func (r Region) Retired() bool { return r.Until != 0 }

// FullName returns the name from the province down, 北京市崇文区.
func (r Region) FullName() string { return r.Province + r.Prefecture + r.Name }

// LookupRegion finds the place that a code of six digits means, or last meant: codes that were retired by 2020 are
// known too, and a code that was given out twice answers with its later use.
func LookupRegion(code string) (Region, bool) {
	uses, ok := findUses(code)
	if !ok {
		return Region{}, false
	}
	r := lastUse(uses, 0)
	r.Code = code
	if !strings.HasSuffix(code, "0000") {
		r.Province = nameAbove(code[:2]+"0000", r.Until)
	}
	if !strings.HasSuffix(code, "00") {
		r.Prefecture = nameAbove(code[:4]+"00", r.Until)
	}
	return r, true
}

// regions has a line for each code, in order, as internal/gen describes it. It is searched as it lies: one lookup a card is not
// worth a map of seven thousand entries.
//
//go:embed regions.txt
var regions string

// findUses returns what follows a code in its line.
func findUses(code string) (uses string, ok bool) {
	if len(code) != 6 || !allDigits(code) {
		return "", false
	}
	rest := regions
	for rest != "" {
		begin := strings.LastIndexByte(rest[:len(rest)/2], '\n') + 1
		end := begin + strings.IndexByte(rest[begin:], '\n')
		line := rest[begin:end]
		switch at := line[:6]; {
		case code == at:
			return line[7:], true
		case code < at:
			rest = rest[:begin]
		default:
			rest = rest[end+1:]
		}
	}
	return "", false
}

// lastUse picks the last use that had begun by a year, or the last of all for year 0.
func lastUse(uses string, year int) Region {
	var found Region
	for use := range strings.SplitSeq(uses, ";") {
		name, years, _ := strings.Cut(use, " ")
		since, until, _ := strings.Cut(years, "-")
		r := Region{Name: name, Since: atoi(since), Until: atoi(until)}
		if found.Name != "" && year != 0 && r.Since > year {
			break
		}
		found = r
	}
	return found
}

// nameAbove returns the name of the province or prefecture that a place belonged to when its code was last in force, and empty for
// the codes that only keep the numbering regular.
func nameAbove(code string, year int) string {
	uses, ok := findUses(code)
	if !ok {
		return ""
	}
	name := lastUse(uses, year).Name
	switch name {
	case "市辖区", "县", "市", "省直辖县级行政单位", "省直辖行政单位", "自治区直辖县级行政单位":
		return ""
	}
	return name
}
