package conform

import (
	"context"
	"fmt"
)

// Verdict on one case.
type Verdict string

const (
	Passed        Verdict = "passed"
	Failed        Verdict = "failed"
	NotApplicable Verdict = "not applicable"
)

// Problem is one thing that is wrong, or worth a look. Its texts hold no secret; those about golden exchanges quote them.
type Problem struct {
	// Where it was seen: the name of a golden exchange, a row of a table; may be empty.
	Where string `json:"where,omitempty"`
	// Wrong says what is wrong, Right what would be right.
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

// Outcome of one case.
type Outcome struct {
	Case    string  `json:"case"`
	Verdict Verdict `json:"verdict"`
	// Looked says at how much the case looked: "12 exchanges".
	Looked string `json:"looked,omitempty"`
	// Reason why a case is not applicable.
	Reason string `json:"reason,omitempty"`
	// Problems are why a case failed; at most maxProblems, and how many more there were.
	Problems []Problem `json:"problems,omitempty"`
	More     int       `json:"more,omitempty"`
	// Warnings do not make a case fail.
	Warnings []Problem `json:"warnings,omitempty"`
}

// maxProblems of one case are told; a plugin that is wrong in one way is often wrong in a hundred places.
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

// looked says at how many things a case looked; their name is regular.
func (o *Outcome) looked(n int, thing string) {
	if o.Looked = fmt.Sprintf("%d %s", n, thing); n != 1 {
		o.Looked += "s"
	}
}

func (o *Outcome) inapplicable(reason string) { o.Verdict, o.Reason = NotApplicable, reason }

// Case is one thing that every provider owes.
type Case struct {
	Name string
	// Says what is owed, in a sentence.
	Says  string
	check func(context.Context, *Subject, *Outcome) error
}

// Cases are all of them, cheap and telling ones first.
func Cases() []Case {
	return []Case{
		{"descriptor", "the manifest is valid, carries the file's name, and names every host, secret and host function that is used", checkDescriptor},
		{"golden", "every golden exchange comes out as recorded", checkGolden},
		{"pure", "the same step gives the same bytes: again, after other steps, and in a fresh instance", checkPure},
		{"budget", "every step of an exchange needs less than a tenth of the instructions a host allows", checkBudget},
		{"memory", "an instance needs no more memory after 10,000 steps than after it has warmed up", checkMemory},
		{"failures", "every row of the vendor's table of failures comes out as stated, and a code that is not listed as provider_error", checkFailures},
		{"limits", "limits for pictures are declared, and a picture over one of them is fitted or refused, never sent", checkLimits},
		{"secrets", "secrets stand only where the manifest lets them, and no text of one is in what the provider says, also when the vendor repeats it", checkSecrets},
		{"hostile", "whatever the vendor answers, there is a typed failure: no trap, no card without a field, nothing retried that may be billed", checkHostile},
		{"front doors", "each door admits what the adapter sends, answers every card and failure in a form the adapter reads, and tells clients nothing of what went wrong behind it", checkDoors},
	}
}

// Check carries out one case. Its error is for what kept it from being carried out, not for what is wrong with the plugin.
func (s *Subject) Check(ctx context.Context, c Case) (*Outcome, error) {
	o := &Outcome{Case: c.Name, Verdict: Passed}
	if err := c.check(ctx, s, o); err != nil {
		return nil, fmt.Errorf("case %q of plugin %s: %w", c.Name, s.Plugin.Manifest.Name, err)
	}
	return o, nil
}
