package conform

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// secretive is what no client may be told.
const secretive = "of-no-clients-business"

// randomCards is how many cards go out through each door.
const randomCards = 100

func checkDoors(ctx context.Context, s *Subject, o *Outcome) error {
	doors := s.Plugin.Manifest.FrontDoors
	if len(doors) == 0 {
		o.inapplicable("the manifest has no front doors")
		return nil
	}
	o.looked(len(doors), "door")
	visits, err := s.visits(ctx)
	if err != nil {
		return err
	}
	for _, d := range doors {
		where := d.Method + " " + d.Path
		v := s.admitted(d, visits, where, o)
		if v == nil {
			continue
		}
		for side, card := range wholeCards() {
			if s.reads(side) {
				s.wholeTrip(ctx, v, where, card, o)
			}
		}
		for seed := range uint64(randomCards) {
			card := RandomCard(rand.New(rand.NewPCG(seed, 1)), "样本")
			s.trip(ctx, v, fmt.Sprintf("%s, random card %d", where, seed), card, nil, o)
		}
		for kind := abi.FailureKindInvalidRequest; kind <= abi.FailureKindInternal; kind++ {
			f := &abi.Fail{Kind: kind, Message: secretive} // the host keeps what another vendor said to itself
			s.trip(ctx, v, fmt.Sprintf("%s, %s", where, kind), nil, f, o)
		}
	}
	return ctx.Err()
}

// admitted is a visit that a door let in; without one it says why.
func (s *Subject) admitted(d abi.FrontDoor, visits []*visit, where string, o *Outcome) *visit {
	const right = "let the door in what the adapter sends, and sign what it wants"
	tried := 0
	var last error
	for _, v := range visits {
		switch {
		case v.door != d:
			continue
		case v.err != nil:
			o.wrong(where, right, "the plugin breaks at what %s sends: %v", v.track.golden.Name, v.err)
			return nil
		case (v.admit == nil) == (v.reply == nil):
			o.wrong(where, right, "the plugin neither admits nor answers what %s sends", v.track.golden.Name)
			return nil
		case v.admit != nil:
			if last = v.enter(s.Plugin.Manifest); last == nil {
				return v
			}
		}
		tried++
	}
	switch {
	case tried == 0:
		o.wrong(where, "add one", "no exchange sends a request there")
	case last != nil:
		o.wrong(where, right, "%v", last)
	default:
		o.wrong(where, right, "none of the %d requests that exchanges send there is admitted", tried)
	}
	return nil
}

func (s *Subject) reads(side abi.Side) bool {
	return slices.ContainsFunc(s.Plugin.Manifest.Documents, func(d abi.DocumentSupport) bool { return slices.Contains(d.Sides, side) })
}

// trip sends an outcome out through a door and in again through the adapter. It gives what the adapter says; nil when the
// trip ended before.
func (s *Subject) trip(ctx context.Context, v *visit, where string, r *abi.Recognition, f *abi.Fail, o *Outcome) *abi.Action {
	a, err := s.outcome(ctx, v, r, f)
	if err != nil {
		o.wrong(where, "answer every outcome", "the plugin cannot reply: %v", err)
		return nil
	}
	if strings.Contains(a.String(), secretive) {
		o.wrong(where, "say failures in the vendor's own words", "a client is told what is behind the door")
	}
	if a.status < 200 || a.status > 599 {
		o.wrong(where, "give a status from 200 to 599", "the status of the reply is %d", a.status)
		return nil
	}
	flat, err := leaf.Flatten(a.header.Get("Content-Type"), []byte(a.body), leaf.Options{})
	if readable := err == nil && len(flat.Leaves) > 0; !readable && (r != nil || a.body != "") {
		o.wrong(where, "write JSON, XML or a form", "the body of the reply cannot be parsed")
		return nil
	}
	at := v.track.answerStep()
	in := answering(at, a)
	if in == nil {
		return nil
	}
	st := s.ask(ctx, s.main, in, at.calls)
	got := st.action()
	switch {
	case st.err != nil:
		o.wrong(where, "let the adapter read what the door says", "the plugin breaks at its own reply: %v", st.err)
	case f != nil && got.Done != nil:
		o.wrong(where, "let the adapter read what the door says", "the failure comes back as a card")
	case r != nil && got.Exchange == nil && got.Fail != nil && got.Fail.Kind == abi.FailureKindProviderError:
		o.wrong(where, "let the adapter read what the door says", "the card comes back as an answer that the adapter does not understand")
	}
	return got
}

// answerStep is the last step of a track that was given an answer.
func (t *track) answerStep() step {
	for _, st := range slices.Backward(t.steps) {
		if st.input().Response != nil {
			return st
		}
	}
	return step{in: (&abi.StepRequest{Context: &abi.Context{}, Response: &abi.Response{}}).AppendWire(nil)}
}

// wholeTrip sends out a card that lacks nothing: what comes back must be a part of it.
func (s *Subject) wholeTrip(ctx context.Context, v *visit, where string, read map[string]string, o *Outcome) {
	where += ", a whole card"
	card := recognitionOf(read)
	got := s.trip(ctx, v, where, card, nil, o)
	if got == nil {
		return
	}
	if got.Done == nil {
		o.wrong(where, "let the adapter read what the door says", "it does not come back as a card")
		return
	}
	back := map[string]string{}
	for _, f := range got.Done.Fields {
		back[f.Name] = f.Text
	}
	want, have := idcard.Normalize(read), idcard.Normalize(back)
	for _, name := range sortedKeys(have) {
		if have[name].Value != want[name].Value || have[name].LongTerm != want[name].LongTerm {
			o.wrong(where, "say every field as the vendor would", "the field %s comes back as another", name)
		}
	}
	if len(have) == 0 {
		o.wrong(where, "say every field as the vendor would", "it comes back without a field")
	}
}
