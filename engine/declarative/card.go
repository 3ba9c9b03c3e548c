package declarative

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// cardRules make a card of an answer.
type cardRules struct {
	side, billed, rotation *compiled
	byFields               bool
	fields                 []fieldRule
	portrait               func(*run) *abi.Polygon // nil: none
	signals, checks        []signalRule
	extras                 extraRules
}

type fieldRule struct {
	name             string
	text, confidence *compiled
	scale            float64
	polygon          func(*run) *abi.Polygon // nil: none
	uncertain        func(*run) bool         // nil: never
}

// standardFields returns the fields of an ID card, those of its back last.
func standardFields() []string {
	return []string{"name", "sex", "ethnicity", "birth_date", "address", "id_number", "issuing_authority", "valid_from", "valid_until", "validity"}
}

func isBackField(name string) bool { return slices.Contains(standardFields()[6:], name) }

// signalNames and checkNames are the states of signals and checks by their names.
func signalNames() map[string]uint32 {
	return map[string]uint32{"not_checked": uint32(abi.SignalStateNotChecked), "no": uint32(abi.SignalStateNo), "yes": uint32(abi.SignalStateYes)}
}

func checkNames() map[string]uint32 {
	return map[string]uint32{"not_checked": uint32(abi.CheckStateNotChecked), "pass": uint32(abi.CheckStatePass), "fail": uint32(abi.CheckStateFail)}
}

// card compiles all but the extras, which depend on what else the file names.
func (c *compiler) card(k *card, s scope) *cardRules {
	out := &cardRules{}
	idCardOnly := len(c.manifest.Documents) == 1 && c.manifest.Documents[0].Document == abi.DocumentIDCard
	for i := range k.Fields.items {
		name := k.Fields.items[i].name
		if idCardOnly && !slices.Contains(standardFields(), name.s) {
			c.fail(name.place, "%q is no standard field of %s, %s", name.s, abi.DocumentIDCard, among(name.s, standardFields()))
		}
		out.fields = append(out.fields, c.field(name.s, &k.Fields.items[i].value, s))
	}
	if len(k.Fields.items) == 0 && k.Fields.isSet() {
		c.fail(k.Fields.place, "has no field, want at least one")
	}
	c.side(k.Side, out, s)
	out.billed, out.rotation = c.billed(k.Billed, s), c.source(k.Rotation, s)
	if k.Portrait != nil {
		out.portrait = c.polygon(k.Portrait, s)
	}
	out.signals, out.checks = c.signals(&k.Signals, s, signalNames()), c.signals(&k.Checks, s, checkNames())
	return out
}

func (c *compiler) side(t *text, out *cardRules, s scope) {
	if t == nil {
		return
	}
	out.byFields = t.literal.text() == "by_fields"
	if t.literal != nil {
		c.oneOf(t.literal, "front", "back", "by_fields")
	}
	out.side = c.textOnly(t, s)
}

// billed compiles what is said of the bill.
func (c *compiler) billed(t *text, s scope) *compiled {
	if t == nil {
		return nil
	}
	if t.literal != nil {
		c.oneOf(t.literal, "yes", "no", "unknown")
	}
	if t.expr != nil {
		c.outcomes(t.expr, "yes", "no", "unknown")
	}
	return c.textOnly(t, s)
}

// outcomes checks that what a text is mapped to is known.
func (c *compiler) outcomes(e *expression, known ...string) {
	for i := range e.Map.items {
		c.oneOf(&e.Map.items[i].value, known...)
	}
	if e.Default != nil {
		c.oneOf(e.Default, known...)
	}
}

func (c *compiler) field(name string, f *field, s scope) fieldRule {
	out := fieldRule{name: name, scale: 1}
	if f.body == nil {
		out.text = c.source(f.from, s)
		return out
	}
	b := f.body
	out.text, out.confidence, out.uncertain = c.source(b.Text, s), c.source(b.Confidence, s), c.when(b.Uncertain, s)
	if b.Scale != nil {
		if out.scale = *b.Scale; !(out.scale > 0) {
			c.fail(f.place, "scale is the confidence that means 1, want more than 0")
		}
	}
	if b.Polygon != nil {
		out.polygon = c.polygon(b.Polygon, s)
	}
	return out
}

// done makes the card.
func (k *cardRules) done(r *run, requestID string) *abi.Done {
	d := &abi.Done{VendorRequestID: requestID, Billed: billedBy(k.billed.say(r), abi.BilledUnknown)}
	for i := range k.fields {
		if f, ok := k.fields[i].read(r); ok {
			d.Fields = append(d.Fields, f)
		}
	}
	switch said := k.side.say(r); {
	case k.byFields:
		d.Side = sideOf(d.Fields)
	case said == "front":
		d.Side = abi.SideFront
	case said == "back":
		d.Side = abi.SideBack
	}
	d.Rotation = degrees(k.rotation, r)
	if k.portrait != nil {
		d.Portrait = k.portrait(r)
	}
	d.Signals = signalsOf(k.signals, r)
	for i := range k.checks {
		if state, code, ok := k.checks[i].read(r); ok {
			d.Checks = append(d.Checks, abi.VendorCheck{Name: k.checks[i].name, State: abi.CheckState(state), VendorCode: code})
		}
	}
	d.Extras = k.extras.read(r)
	return d
}

func (f *fieldRule) read(r *run) (abi.Field, bool) {
	out := abi.Field{Name: f.name, Text: f.text.say(r)}
	if out.Text == "" {
		return out, false
	}
	if n, ok := number(f.confidence.say(r)); ok && n >= 0 && n <= f.scale {
		n /= f.scale
		out.Confidence = &n
	}
	if f.polygon != nil {
		out.Polygon = f.polygon(r)
	}
	if f.uncertain != nil && f.uncertain(r) {
		out.Flags = []string{"uncertain"}
	}
	return out, true
}

// sideOf returns where the fields are; neither when there are some of both.
func sideOf(fields []abi.Field) abi.Side {
	var sides [2]bool
	for _, f := range fields {
		if isBackField(f.Name) {
			sides[1] = true
		} else {
			sides[0] = true
		}
	}
	switch sides {
	case [2]bool{true, false}:
		return abi.SideFront
	case [2]bool{false, true}:
		return abi.SideBack
	}
	return abi.SideUnspecified
}

// number returns a finite number given as a text.
func number(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// degrees returns a rotation of 0 to 359, or nil if there is none.
func degrees(said *compiled, r *run) *float64 {
	angle, ok := number(said.say(r))
	if !ok {
		return nil
	}
	if angle = math.Mod(angle, 360); angle < 0 {
		angle += 360
	}
	return &angle
}
