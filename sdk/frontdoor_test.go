package sdk

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func TestParams(t *testing.T) {
	t.Parallel()
	got := Params(Leaves{
		{Path: "/b~1c~0", Value: "1"}, {Path: "/a/0", Value: "x"}, {Path: "/a/1", Value: "y"},
		{Path: "/long", Handle: 7}, {Path: "/file", Handle: 8, Filename: "card.jpg"}, {Path: "/", Value: "nameless"},
	})
	want := []NamedValue{
		Param("b/c~", Text("1")), Param("a", Text("x")), Param("long", Blob(7, Raw)), Param("", Text("nameless")),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	x, y, w, h, ok := Bounds(&Polygon{Points: []float64{10, 5, 30, 2, 28, 40}})
	if diff := cmp.Diff([]float64{10, 2, 20, 38}, []float64{x, y, w, h}); diff != "" || !ok {
		t.Error(ok, diff)
	}
	for _, p := range []*Polygon{nil, {}, {Points: []float64{1, 2, 3, 4}}, {Points: []float64{1, 2, 3, 4, 5, 6, 7}}} {
		if _, _, _, _, ok := Bounds(p); ok {
			t.Errorf("%v has bounds", p)
		}
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	card := CardOf(&abi.Recognition{Fields: []abi.Field{
		{Name: Name, Value: "male", Text: "male"}, {Name: Sex, Value: "female", Text: "女性"}, {Name: BirthDate, Value: "1990-03-07"},
		{Name: ValidFrom, Text: "2017.0?.13"}, {Name: ValidUntil, LongTerm: true, Text: "长期"},
	}})
	got := []string{card.Text(Name), card.Text(Sex), card.Compact(BirthDate), card.Compact(ValidFrom), card.Compact(ValidUntil), card.Text(Address)}
	if diff := cmp.Diff([]string{"male", "女", "19900307", "2017.0?.13", "长期", ""}, got); diff != "" {
		t.Error(diff)
	}
	if year, month, day, ok := card.Date(BirthDate); !ok || year+month+day != "199037" {
		t.Error(year, month, day, ok)
	}
	if _, _, _, ok := card.Date(ValidFrom); ok {
		t.Error("a date without a value has parts")
	}
	if !card.Has(FrontFields()...) || !card.Has(BackFields()...) || card.Has(Address, Ethnicity) {
		t.Error("Has does not agree with the fields")
	}
	if CardOf(nil).Has(Name) {
		t.Error("the card of nil has a name")
	}
}
