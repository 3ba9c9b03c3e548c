package sdk_test

import (
	"fmt"

	"github.com/ocrmux/ocrmux/sdk"
)

// Signals, checks and extras have standard names and the vendor's own code.
func ExampleDone() {
	done := &sdk.Done{
		Side:     sdk.Front,
		Fields:   []sdk.Field{{Name: sdk.Name, Text: "样本张三", Polygon: sdk.Box(40, 30, 120, 24)}},
		Signals:  []sdk.Signal{{Name: sdk.SignalCopy, State: sdk.SignalYes, VendorCode: "copy"}},
		Checks:   []sdk.VendorCheck{{Name: sdk.CheckIDNumberChecksum, State: sdk.CheckPass, VendorCode: "1"}},
		Extras:   []sdk.Extra{{Name: "quality", Value: "87"}},
		Portrait: &sdk.Polygon{Points: []float64{400, 40, 560, 40, 560, 240, 400, 240}},
	}
	fmt.Println(done.Side, done.Signals[0].State, done.Checks[0].State, done.Fields[0].Polygon.Points)
	// Output: front yes pass [40 30 160 30 160 54 40 54]
}

// A front door returns texts in the form that is printed on the card.
func ExampleCard() {
	recognition := &sdk.Recognition{Fields: []sdk.Field{
		{Name: sdk.Sex, Value: "female", Text: "女"},
		{Name: sdk.BirthDate, Value: "1990-03-07", Text: "1990年3月7日"},
		{Name: sdk.ValidUntil, LongTerm: true, Text: "长期"},
	}}
	card := sdk.CardOf(recognition)
	year, month, day, _ := card.Date(sdk.BirthDate)
	fmt.Println(card.Text(sdk.Sex), year, month, day, card.Compact(sdk.BirthDate), card.Text(sdk.ValidUntil), card.Has(sdk.Name))
	// Output: 女 1990 3 7 19900307 长期 false
}
