package conform

import (
	"context"
	"fmt"
)

// Verdict is the verdict on one case.
type Verdict string

const (
	Passed        Verdict = "passed"
	Failed        Verdict = "failed"
	NotApplicable Verdict = "not applicable"
)

// Problem is an error or a warning. Its texts contain no secret, but may quote golden exchanges.
type Problem struct {
	// Where is the name of a golden exchange or the row of a table. It may be empty.
	Where string `json:"where,omitempty"`
	// Wrong says what is wrong, and Right what would be right.
	Wrong string `json:"wrong"`
	Right string `json:"right,omitempty"`
}

func (p Problem) String() string {
	s := p.Wrong
	if p.Where != "" {
		s = p.Where + ": " + s
	}
	if p.Right != "" {
		s += "; " + p.Right
	}
	return s
}

// Outcome is the result of one case.
type Outcome struct {
	Case    string  `json:"case"`
	Verdict Verdict `json:"verdict"`
	// Looked says how much the case checked, such as "12 exchanges".
	Looked string `json:"looked,omitempty"`
	// Reason says why the case is not applicable.
	Reason string `json:"reason,omitempty"`
	// Problems are why the case failed, at most maxProblems. More is the number of further problems.
	Problems []Problem `json:"problems,omitempty"`
	More     int       `json:"more,omitempty"`
	// Warnings do not fail the case.
	Warnings []Problem `json:"warnings,omitempty"`
}

// maxProblems limits the problems of one case. A plugin with one mistake often has it in a hundred places.
const maxProblems = 8

func (o *Outcome) wrong(where, right, format string, args ...any) {
	if o.Verdict = Failed; len(o.Problems) == maxProblems {
		o.More++
		return
	}
	o.Problems = append(o.Problems, Problem{Where: where, Wrong: fmt.Sprintf(format, args...), Right: right})
}

func (o *Outcome) warn(where, right, format string, args ...any) {
	o.Warnings = append(o.Warnings, Problem{Where: where, Wrong: fmt.Sprintf(format, args...), Right: right})
}

// looked sets Looked to a number of things. The plural of thing must end in s.
func (o *Outcome) looked(n int, thing string) {
	if o.Looked = fmt.Sprintf("%d %s", n, thing); n != 1 {
		o.Looked += "s"
	}
}

func (o *Outcome) inapplicable(reason string) { o.Verdict, o.Reason = NotApplicable, reason }

// Case is one rule for providers.
type Case struct {
	Name string
	// Says is the rule in one sentence.
	Says  string
	check func(context.Context, *Subject, *Outcome) error
}

// Cases returns all cases. Those that are quick and find most come first.
func Cases() []Case {
	return []Case{
		{"descriptor", "the manifest is valid, carries the file's name, and names every host, secret and host function that is used", checkDescriptor},
		{"golden", "every golden exchange comes out as recorded", checkGolden},
		{"pure", "the same step gives the same bytes: again, after other steps, and in a fresh instance", checkPure},
		{"budget", "every step of an exchange needs less than a tenth of the instructions that a host allows", checkBudget},
		{"memory", "the host can put an instance back after each step: its memory has not grown too far", checkMemory},
		{"failures", "every row of the vendor's table of failures comes out as stated, and a code that is not listed comes out as provider_error", checkFailures},
		{"limits", "limits for pictures are declared, and a picture that breaks one is fitted or refused, never sent", checkLimits},
		{"secrets", "secrets appear only where the manifest allows it, and the provider never writes the text of one, even if the vendor repeats it", checkSecrets},
		{"hostile", "for every answer of the vendor there is a typed failure: no trap, no card without a field, no retry of something that may be billed", checkHostile},
		{"front doors", "each door admits what the adapter sends, answers every card and failure in a form that the adapter reads, and hides the message of a failure from clients", checkDoors},
	}
}

// Check runs one case. It returns an error if the case could not run, not if the plugin fails it.
func (s *Subject) Check(ctx context.Context, c Case) (*Outcome, error) {
	o := &Outcome{Case: c.Name, Verdict: Passed}
	if err := c.check(ctx, s, o); err != nil {
		return nil, fmt.Errorf("case %q of plugin %s: %w", c.Name, s.Plugin.Manifest.Name, err)
	}
	return o, nil
}
