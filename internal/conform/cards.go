package conform

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/sdk"
)

// callTime is the time at which random cards are checked.
func callTime() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// RandomCard returns a recognition that the engine could pass to a front door: one side or both, with fields that are
// missing, masked, uncertain or contradictory, all ethnicities, cards without an end date, and all signals. Some fields
// have the text odd. The same source gives the same card.
func RandomCard(r *rand.Rand, odd string) *abi.Recognition {
	read := make(map[string]string)
	sides := r.IntN(8)
	if sides != 0 {
		maps.Copy(read, randomFront(r))
	}
	if sides <= 3 {
		maps.Copy(read, randomBack(r))
	}
	if sides > 3 && r.IntN(16) == 0 {
		clear(read)
		read[sdk.Ethnicity] = "汉"
	}
	for _, name := range slices.Sorted(maps.Keys(read)) {
		switch r.IntN(12) {
		case 0:
			delete(read, name)
		case 1:
			read[name] = odd
		}
	}
	billed := abi.Billed(r.IntN(3))
	rec := recognitionOf(read)
	rec.Billed = billed
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if r.IntN(6) == 0 {
			f.Flags = append(slices.Clone(f.Flags), sdk.Uncertain)
		}
		if r.IntN(2) == 0 {
			confidence := r.Float64()
			f.Confidence, f.Polygon = &confidence, randomPolygon(r)
		}
	}
	for _, name := range signalNames() {
		if r.IntN(2) == 0 {
			rec.Signals = append(rec.Signals, abi.Signal{Name: name, State: []abi.SignalState{abi.SignalStateNotChecked, abi.SignalStateNo, abi.SignalStateNo, abi.SignalStateYes}[r.IntN(4)]})
		}
	}
	if r.IntN(2) == 0 {
		rec.Portrait = randomPolygon(r)
	}
	if turn := []float64{0, 90, 180, 270, 359, 359.7, float64(r.IntN(3600)) / 10}[r.IntN(7)]; r.IntN(4) > 0 {
		rec.Rotation = &turn
	}
	return rec
}

// recognitionOf normalises and checks a card that was read.
func recognitionOf(read map[string]string) *abi.Recognition {
	fields := idcard.Normalize(read)
	rec := &abi.Recognition{Document: idcard.Document, Billed: abi.BilledYes}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := fields[name]
		rec.Fields = append(rec.Fields, abi.Field{Name: name, Text: f.Text, Value: f.Value, LongTerm: f.LongTerm, Flags: f.Flags})
	}
	rec.Side = sideOf(rec.Fields)
	for name, state := range idcard.Check(fields, callTime()) {
		rec.Checks = append(rec.Checks, abi.VendorCheck{Name: name, State: state})
	}
	return rec
}

// wholeCards returns a complete card for each side.
func wholeCards() map[abi.Side]map[string]string {
	return map[abi.Side]map[string]string{
		abi.SideFront: {
			sdk.Name: "样本张三", sdk.Sex: "男", sdk.Ethnicity: "汉", sdk.BirthDate: "1990年3月7日",
			sdk.Address: "北京市东城区样本胡同1号", sdk.IDNumber: "11010119900307803X",
		},
		abi.SideBack: {sdk.IssuingAuthority: "样本市公安局", sdk.ValidFrom: "2019.08.06", sdk.ValidUntil: "2039.08.06"},
	}
}

func sideOf(fields []abi.Field) abi.Side {
	has := func(names []string) bool {
		return slices.ContainsFunc(fields, func(f abi.Field) bool { return slices.Contains(names, f.Name) })
	}
	switch front, back := has(sdk.FrontFields()), has(append(sdk.BackFields(), sdk.Validity)); {
	case front && !back:
		return abi.SideFront
	case back && !front:
		return abi.SideBack
	}
	return abi.SideUnspecified
}

func randomFront(r *rand.Rand) map[string]string {
	birth := time.Date(1930+r.IntN(90), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	printed := birth
	if r.IntN(5) == 0 {
		printed = printed.AddDate(0, 0, 1)
	}
	sequence := r.IntN(1000)
	sex := []string{"女", "男"}[(sequence+max(0, r.IntN(5)-3))%2]
	first17 := pick(r, "110101", "330106", "650102", "999999") + birth.Format("20060102") + fmt.Sprintf("%03d", sequence)
	digit, err := idcard.ChecksumDigit(first17)
	if err != nil || r.IntN(8) == 0 {
		digit = "0123456789X"[r.IntN(11)]
	}
	number := first17 + string(digit)
	switch r.IntN(12) {
	case 0:
		number = number[:6] + number[8:17]
	case 1:
		number = "*********" + number[9:]
	}
	groups := idcard.Ethnicities()
	return map[string]string{
		sdk.Name:      pick(r, "样本张三", "阿卜杜拉·买买提", "欧阳 样本", "SPECIMEN ANNA", "㐂䶮", "male"),
		sdk.Sex:       pick(r, sex, sex, sex+"性"),
		sdk.Ethnicity: pick(r, "汉", "汉族", groups[r.IntN(len(groups))].Name),
		sdk.BirthDate: pick(r, printed.Format("2006年1月2日"), printed.Format("2006-01-02"), printed.Format("20060102"), "198X年0X月XX日"),
		sdk.Address:   pick(r, "北京市东城区样本胡同1号", "新疆维吾尔自治区乌鲁木齐市样本路２号 3-401", "湖北省武汉市***", `<样本>&"路\`),
		sdk.IDNumber:  number,
	}
}

func randomBack(r *rand.Rand) map[string]string {
	from := time.Date(2005+r.IntN(20), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	until := pick(r, from.AddDate(10, 0, 0).Format("2006.01.02"), from.AddDate(20, 0, 0).Format("20060102"), "长期", "长期")
	out := map[string]string{sdk.IssuingAuthority: pick(r, "杭州市公安局余杭分局", "样本县公安局")}
	switch r.IntN(4) {
	case 0:
		out[sdk.Validity] = from.Format("2006.01.02") + "-" + until
	case 1:
		out[sdk.Validity] = from.Format("2006.01") + ".XX-" + until
	default:
		out[sdk.ValidFrom], out[sdk.ValidUntil] = from.Format("2006.01.02"), until
	}
	return out
}

func randomPolygon(r *rand.Rand) *abi.Polygon {
	p := &abi.Polygon{}
	for range 4 {
		p.Points = append(p.Points, float64(r.IntN(40000))/10, float64(r.IntN(40000))/10)
	}
	return p
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func signalNames() []string {
	return []string{
		sdk.SignalCopy, sdk.SignalScreen, sdk.SignalReflective, sdk.SignalBlurred, sdk.SignalIncomplete, sdk.SignalOccluded,
		sdk.SignalTampered, sdk.SignalTemporary, sdk.SignalOverDark, sdk.SignalOverExposed, sdk.SignalReversedSide, sdk.SignalNotIDCard,
	}
}
