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

// internalMessage is the message of failures. No client may get it.
const internalMessage = "an-internal-message"

// randomCards is how many random cards each door answers.
const randomCards = 100

func checkDoors(ctx context.Context, s *Subject, o *Outcome) error {
	doors := s.Plugin.Manifest.FrontDoors
	if len(doors) == 0 {
		o.inapplicable("the manifest has no front doors")
		return nil
	}
	o.looked(len(doors), "door")
	calls, err := s.inboundCalls(ctx)
	if err != nil {
		return err
	}
	for _, d := range doors {
		where := d.Method + " " + d.Path
		c := s.admitted(d, calls, where, o)
		if c == nil {
			continue
		}
		for side, card := range wholeCards() {
			if s.reads(side) {
				s.wholeTrip(ctx, c, where, card, o)
			}
		}
		for seed := range uint64(randomCards) {
			card := RandomCard(rand.New(rand.NewPCG(seed, 1)), "样本")
			s.trip(ctx, c, fmt.Sprintf("%s, random card %d", where, seed), card, nil, o)
		}
		for kind := abi.FailureKindInvalidRequest; kind <= abi.FailureKindInternal; kind++ {
			f := &abi.Fail{Kind: kind, Message: internalMessage} // the host removes another vendor's code and message
			s.trip(ctx, c, fmt.Sprintf("%s, %s", where, kind), nil, f, o)
		}
	}
	return ctx.Err()
}

// admitted returns an inbound call that a door admits. If there is none, it adds a problem and returns nil.
func (s *Subject) admitted(d abi.FrontDoor, calls []*inboundCall, where string, o *Outcome) *inboundCall {
	const right = "admit what the adapter sends, and expect the signature that it makes"
	tried := 0
	var last error
	for _, c := range calls {
		switch {
		case c.door != d:
			continue
		case c.err != nil:
			o.wrong(where, right, "the plugin breaks at what %s sends: %v", c.track.golden.Name, c.err)
			return nil
		case (c.admit == nil) == (c.reply == nil):
			o.wrong(where, right, "the plugin neither admits nor answers what %s sends", c.track.golden.Name)
			return nil
		case c.admit != nil:
			if last = c.checkProofs(s.Plugin.Manifest); last == nil {
				return c
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

// trip sends an outcome out through a door and back in through the adapter. It returns the adapter's action, or nil if the
// outcome did not come that far.
func (s *Subject) trip(ctx context.Context, c *inboundCall, where string, r *abi.Recognition, f *abi.Fail, o *Outcome) *abi.Action {
	a, err := s.reply(ctx, c, r, f)
	if err != nil {
		o.wrong(where, "answer every outcome", "the plugin cannot reply: %v", err)
		return nil
	}
	if strings.Contains(a.String(), internalMessage) {
		o.wrong(where, "use the vendor's own messages", "a client gets the message of the failure")
	}
	if a.status < 200 || a.status > 599 {
		o.wrong(where, "give a status from 200 to 599", "the status of the reply is %d", a.status)
		return nil
	}
	flat, err := leaf.Flatten(a.header.Get("Content-Type"), []byte(a.body), leaf.Options{})
	if parsed := err == nil && len(flat.Leaves) > 0; !parsed && (r != nil || a.body != "") {
		o.wrong(where, "write JSON, XML or a form", "the body of the reply cannot be parsed")
		return nil
	}
	at := c.track.answerStep()
	in := answering(at, a)
	if in == nil {
		return nil
	}
	st := s.ask(ctx, s.main, in, at.calls)
	got := st.action()
	switch {
	case st.err != nil:
		o.wrong(where, readable, "the plugin breaks at its own reply: %v", st.err)
	case f != nil && got.Done != nil:
		o.wrong(where, readable, "the failure comes back as a card")
	case r != nil && got.Exchange == nil && got.Fail != nil && got.Fail.Kind == abi.FailureKindProviderError:
		o.wrong(where, readable, "the card comes back as an answer that the adapter does not understand")
	}
	return got
}

// readable is what to do if the adapter does not understand its own front door.
const readable = "reply in the form that the adapter reads"

// answerStep returns the last step of a track that got an answer.
func (t *track) answerStep() step {
	for _, st := range slices.Backward(t.steps) {
		if st.input().Response != nil {
			return st
		}
	}
	return step{in: (&abi.StepRequest{Context: &abi.Context{}, Response: &abi.Response{}}).AppendWire(nil)}
}

// wholeTrip sends out a complete card. The card that comes back must be a part of it.
func (s *Subject) wholeTrip(ctx context.Context, c *inboundCall, where string, read map[string]string, o *Outcome) {
	where += ", a complete card"
	card := recognitionOf(read)
	got := s.trip(ctx, c, where, card, nil, o)
	if got == nil {
		return
	}
	if got.Done == nil {
		o.wrong(where, readable, "it does not come back as a card")
		return
	}
	back := map[string]string{}
	for _, f := range got.Done.Fields {
		back[f.Name] = f.Text
	}
	want, have := idcard.Normalize(read), idcard.Normalize(back)
	for _, name := range sortedKeys(have) {
		if have[name].Value != want[name].Value || have[name].LongTerm != want[name].LongTerm {
			o.wrong(where, "write every field as the vendor does", "the field %s comes back with another value", name)
		}
	}
	if len(have) == 0 {
		o.wrong(where, "write every field as the vendor does", "it comes back without a field")
	}
}
