package main

import (
	"net/url"

	"github.com/ocrmux/ocrmux/sdk"
)

// signals reads the four parts of an answer that describe the picture: image_status always, risk_type with detect_risk,
// card_quality with detect_quality, card_ps with detect_ps.
func signals(call url.Values, leaves sdk.Leaves) []sdk.Signal {
	var all signalSet
	all.imageStatus(leaves.Text("/image_status"), call.Has(sideGuessed))
	all.risk(leaves.Text("/risk_type"))
	all.tampered(leaves.Text("/card_ps"), leaves.Text("/edit_tool"))
	all.quality(leaves)
	return all
}

// signalSet holds each signal once.
type signalSet []sdk.Signal

// add adds a signal. If two parts of an answer contradict each other, yes wins.
func (s *signalSet) add(name string, yes bool, code string) {
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

// imageStatus is one word for the worst problem. Only "normal" says that there are no others.
func (s *signalSet) imageStatus(status string, sideGuessed bool) {
	names := []struct{ status, signal string }{
		{"reversed_side", sdk.SignalReversedSide},
		{"non_idcard", sdk.SignalNotIDCard},
		{"other_type_card", sdk.SignalNotIDCard},
		{"blurred", sdk.SignalBlurred},
		{"over_exposure", sdk.SignalOverExposed},
		{"over_dark", sdk.SignalOverDark},
	}
	for _, n := range names {
		// The side is not wrong if it was a guess.
		if n.signal == sdk.SignalReversedSide && sideGuessed {
			continue
		}
		if status == n.status || status == "normal" {
			s.add(n.signal, status == n.status, status)
		}
	}
}

func (s *signalSet) risk(kind string) {
	names := []struct{ kind, signal string }{
		{"copy", sdk.SignalCopy}, {"temporary", sdk.SignalTemporary}, {"screen", sdk.SignalScreen},
	}
	for _, n := range names {
		if kind == n.kind || kind == "normal" {
			s.add(n.signal, kind == n.kind, kind)
		}
	}
}

// tampered reads card_ps and the program that edited the picture. That card_ps is 1 or 0 could not be confirmed.
func (s *signalSet) tampered(ps, tool string) {
	switch ps {
	case "1", "true":
		s.add(sdk.SignalTampered, true, ps)
	case "0", "false":
		s.add(sdk.SignalTampered, false, ps)
	}
	if tool != "" {
		s.add(sdk.SignalTampered, true, tool)
	}
}

// quality reads verdicts, of which 1 is good. The vendor's thresholds are 0.5, and 0.3 for IsNoCover.
func (s *signalSet) quality(leaves sdk.Leaves) {
	names := []struct{ verdict, signal string }{
		{"IsClear", sdk.SignalBlurred}, {"IsComplete", sdk.SignalIncomplete}, {"IsNoCover", sdk.SignalOccluded},
	}
	for _, n := range names {
		if well, ok := leaves.Bool("/card_quality/" + n.verdict); ok {
			s.add(n.signal, !well, n.verdict+"="+leaves.Text("/card_quality/"+n.verdict))
		}
	}
}
