package main

import (
	"net/url"

	"github.com/ocrmux/ocrmux/sdk"
)

// signals gathers what four parts of an answer say of the picture: image_status always, risk_type with detect_risk,
// card_quality with detect_quality, card_ps with detect_ps.
func signals(call url.Values, leaves sdk.Leaves) []sdk.Signal {
	var said sayings
	said.imageStatus(leaves.Text("/image_status"), call.Has(sideGuessed))
	said.risk(leaves.Text("/risk_type"))
	said.tampered(leaves.Text("/card_ps"), leaves.Text("/edit_tool"))
	said.quality(leaves)
	return said
}

// sayings are signals, each name once.
type sayings []sdk.Signal

// say adds a signal; of two parts of an answer that contradict each other, the warning counts.
func (s *sayings) say(name string, yes bool, code string) {
	state := sdk.SignalNo
	if yes {
		state = sdk.SignalYes
	}
	for i := range *s {
		if old := &(*s)[i]; old.Name == name {
			if yes && old.State == sdk.SignalNo {
				old.State, old.VendorCode = state, code
			}
			return
		}
	}
	*s = append(*s, sdk.Signal{Name: name, State: state, VendorCode: code})
}

// imageStatus is one word for the worst that is wrong, so that only "normal" denies anything.
func (s *sayings) imageStatus(status string, sideGuessed bool) {
	names := []struct{ status, signal string }{
		{"reversed_side", sdk.SignalReversedSide},
		{"non_idcard", sdk.SignalNotIDCard},
		{"other_type_card", sdk.SignalNotIDCard},
		{"blurred", sdk.SignalBlurred},
		{"over_exposure", sdk.SignalOverExposed},
		{"over_dark", sdk.SignalOverDark},
	}
	for _, n := range names {
		// The other side than a guess is not the wrong one.
		if n.signal == sdk.SignalReversedSide && sideGuessed {
			continue
		}
		if status == n.status || status == "normal" {
			s.say(n.signal, status == n.status, status)
		}
	}
}

func (s *sayings) risk(kind string) {
	names := []struct{ kind, signal string }{
		{"copy", sdk.SignalCopy}, {"temporary", sdk.SignalTemporary}, {"screen", sdk.SignalScreen},
	}
	for _, n := range names {
		if kind == n.kind || kind == "normal" {
			s.say(n.signal, kind == n.kind, kind)
		}
	}
}

// tampered: the program that edited the picture is named when there was one. That card_ps is 1 or 0 could not be confirmed.
func (s *sayings) tampered(ps, tool string) {
	switch ps {
	case "1", "true":
		s.say(sdk.SignalTampered, true, ps)
	case "0", "false":
		s.say(sdk.SignalTampered, false, ps)
	}
	if tool != "" {
		s.say(sdk.SignalTampered, true, tool)
	}
}

// quality reads verdicts that are 1 when all is well; the vendor's thresholds are 0.5, and 0.3 for what is covered.
func (s *sayings) quality(leaves sdk.Leaves) {
	names := []struct{ verdict, signal string }{
		{"IsClear", sdk.SignalBlurred}, {"IsComplete", sdk.SignalIncomplete}, {"IsNoCover", sdk.SignalOccluded},
	}
	for _, n := range names {
		if well, ok := leaves.Bool("/card_quality/" + n.verdict); ok {
			s.say(n.signal, !well, n.verdict+"="+leaves.Text("/card_quality/"+n.verdict))
		}
	}
}
