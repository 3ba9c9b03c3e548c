package console

import (
	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/service"
)

// signalNames returns the signals of the contract, the gravest first.
func signalNames() []string {
	return []string{
		"not_id_card", "tampered", "copy", "screen", "temporary", "reversed_side", "incomplete", "occluded", "reflective", "blurred", "over_dark", "over_exposed",
	}
}

// signalView has the signals by their state, in the words of a page.
type signalView struct{ Yes, No, NotChecked []string }

func (t *teller) signals(of map[string]engine.Signal) *signalView {
	if len(of) == 0 {
		return nil
	}
	out := new(signalView)
	for _, name := range service.KeysInOrder(of, signalNames()) {
		word := t.word("signal", name)
		switch of[name].State {
		case abi.SignalStateYes:
			out.Yes = append(out.Yes, word)
		case abi.SignalStateNo:
			out.No = append(out.No, word)
		default:
			out.NotChecked = append(out.NotChecked, word)
		}
	}
	return out
}

// adviceOn returns advice for the signals that were seen.
func (t *teller) adviceOn(of map[string]engine.Signal) []advice {
	var out []advice
	for _, name := range service.KeysInOrder(of, signalNames()) {
		if of[name].State != abi.SignalStateYes {
			continue
		}
		one := advice{What: t.word("signal", name), Do: t.T("read.signal.other.advice")}
		if key := "read.signal." + name + ".advice"; t.Has(key) {
			one.Do = t.T(key)
		}
		out = append(out, one)
	}
	return out
}

// ruleView is one check in the words of a page. Means explains a failed check.
type ruleView struct {
	Name, State, Word, Means string
	Tone                     string
}

func (t *teller) checks(of map[string]idcard.State) []ruleView {
	var out []ruleView
	for _, name := range service.KeysInOrder(of, idcard.CheckNames()) {
		state := of[name]
		one := ruleView{Name: t.word("check", name), State: state.String(), Word: t.word("state", state.String())}
		switch state {
		case idcard.Pass:
			one.Tone = "good"
		case idcard.Fail:
			one.Tone = "bad"
			if key := "read.check." + name + ".fail"; t.Has(key) {
				one.Means = t.T(key)
			}
		}
		out = append(out, one)
	}
	return out
}
