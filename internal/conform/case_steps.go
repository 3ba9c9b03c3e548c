package conform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// ask makes one step outside a call.
func (s *Subject) ask(ctx context.Context, m *loaded, in *abi.StepRequest, calls []hostCall) step {
	listening := &listener{Host: replay(calls)}
	st := step{in: in.AppendWire(nil)}
	out, err := m.Step(ctx, in, listening)
	if err == nil {
		st.out = out.AppendWire(nil)
	}
	st.err, st.calls = err, listening.calls
	return st
}

func checkGolden(_ context.Context, s *Subject, o *Outcome) error {
	if len(s.tracks) == 0 {
		if s.calls() {
			o.wrong("", "write one from the vendor's document: a file NAME.txtar with call.json and response.http", "there is no golden exchange in the folder of the exchanges")
		} else {
			o.inapplicable(callsNobody)
		}
		return nil
	}
	o.looked(len(s.tracks), "exchange")
	for _, x := range s.Exchanges() {
		for _, p := range x.Problems {
			o.wrong(p.Where, p.Right, "%s", p.Wrong)
		}
	}
	return nil
}

// Exchange is the result of one golden exchange.
type Exchange struct {
	Name string
	// Problems are the differences from the recording. There are none if Options.Update is set.
	Problems []Problem
}

// Exchanges returns the results of all golden exchanges.
func (s *Subject) Exchanges() []Exchange {
	var out []Exchange
	for _, t := range s.tracks {
		x := Exchange{Name: t.golden.Name}
		for _, name := range sortedKeys(t.got) {
			if recorded := t.golden.section(name); recorded != t.got[name] && !s.options.Update {
				d := diff.Diff("recorded/"+name, []byte(recorded), "now/"+name, []byte(t.got[name]))
				x.Problems = append(x.Problems, Problem{Where: t.golden.Name, Right: "if the difference is intended, record it again (-update)",
					Wrong: fmt.Sprintf("%s differs\n%s\n", name, bytes.TrimSpace(d))})
			}
		}
		out = append(out, x)
	}
	return out
}

// asks returns the steps of the golden exchanges that succeeded, with the names of the exchanges.
func (s *Subject) asks() (steps []step, names []string) {
	for _, t := range s.tracks {
		for _, st := range t.steps {
			if st.err == nil {
				steps, names = append(steps, st), append(names, t.golden.Name)
			}
		}
	}
	return steps, names
}

func checkPure(ctx context.Context, s *Subject, o *Outcome) error {
	steps, names := s.asks()
	if len(steps) == 0 {
		o.inapplicable(noExchange)
		return nil
	}
	o.looked(len(steps), "step")
	fresh, err := s.with(ctx, Tuning{Fresh: true})
	if err != nil {
		return err
	}
	const right = "a step must depend on its arguments only; c.Nonce and c.Millis are the only randomness and clock"
	compare := func(i int, m *loaded, when string) {
		again := s.ask(ctx, m, steps[i].input(), steps[i].calls)
		switch {
		case again.err != nil:
			o.wrong(names[i], right, "the step fails %s: %v", when, again.err)
		case !bytes.Equal(again.out, steps[i].out):
			o.wrong(names[i], right, "the step returns something else %s (%s)", when, differs(steps[i].action(), again.action()))
		}
	}
	for i := range slices.Backward(steps) {
		compare(i, s.main, "after other steps")
		compare(i, s.main, "the second time")
	}
	for i := range steps {
		compare(i, fresh, "in a fresh instance")
	}
	return errors.Join(ctx.Err(), s.release(ctx, Tuning{Fresh: true}))
}

// differs says where two actions differ, without their content.
func differs(a, b *abi.Action) string {
	switch {
	case (a.Exchange == nil) != (b.Exchange == nil) || (a.Done == nil) != (b.Done == nil):
		return "another kind of action"
	case a.Done != nil:
		return "in the card"
	case a.Fail != nil:
		return "in the failure"
	case !bytes.Equal(a.Exchange.State, b.Exchange.State):
		return "in the state"
	}
	return "in the request"
}

func checkBudget(ctx context.Context, s *Subject, o *Outcome) error {
	steps, names := s.asks()
	switch {
	case s.Plugin.Kind != catalog.WASM:
		o.inapplicable("instructions are counted in modules only")
		return nil
	case len(steps) == 0:
		o.inapplicable(noExchange)
		return nil
	}
	o.looked(len(steps), "step")
	over, err := s.overBudget(ctx)
	for _, i := range over {
		o.wrong(names[i], "let the host do the work: digests, parsing, pictures", "the step needs more than %d of the %d fuel a host allows", stepFuel, hostFuel)
	}
	return err
}

// stepFuel is the most that a step of an exchange should need.
const stepFuel = hostFuel / 10

// overBudget returns the indexes of the steps that need more than stepFuel.
func (s *Subject) overBudget(ctx context.Context) ([]int, error) {
	if s.budget.known {
		return s.budget.over, nil
	}
	tight, err := s.with(ctx, Tuning{Fuel: stepFuel})
	if err != nil {
		return nil, err
	}
	var out []int
	steps, _ := s.asks()
	for i, st := range steps {
		again := s.ask(ctx, tight, st.input(), st.calls)
		var failure *catalog.PluginError
		if errors.As(again.err, &failure) && failure.Cause == catalog.OutOfFuel {
			out = append(out, i)
		}
	}
	err = errors.Join(ctx.Err(), s.release(ctx, Tuning{Fuel: stepFuel}))
	s.budget.known, s.budget.over = err == nil, out
	return out, err
}

// checkMemory makes each step once. The host puts an instance back after a step, unless it cannot or the memory has grown
// too far, and then has to make another.
func checkMemory(ctx context.Context, s *Subject, o *Outcome) error {
	steps, _ := s.asks()
	if len(steps) == 0 {
		o.inapplicable(noExchange)
		return nil
	}
	own := Tuning{Fuel: hostFuel}
	m, err := s.with(ctx, own)
	if err != nil {
		return err
	}
	o.looked(len(steps), "step")
	for _, st := range steps {
		if _, err := m.Step(ctx, st.input(), replay(st.calls)); err != nil && ctx.Err() == nil {
			o.wrong("", "make a step as often as it is asked for", "a step that succeeded before fails: %v", err)
		}
	}
	switch after := m.Status(); {
	case o.Verdict == Failed:
	case after.Replaced > 0:
		o.wrong("", "use less memory in a step, and change no tables",
			"the host replaced the instance %d times: a step makes the memory grow too far, or its code changes what cannot be put back", after.Replaced)
	case after.Memory == 0:
		o.inapplicable("the memory of this kind of plugin is not measured")
	}
	return errors.Join(ctx.Err(), s.release(ctx, own))
}
