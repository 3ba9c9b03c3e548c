package doctor

import "slices"

// State of what was examined.
type State string

// The states, from the best to the worst.
const (
	Good State = "good"
	// NotChecked says nothing about what was to be examined, but why it was not.
	NotChecked State = "not_checked"
	// Warn is what works now and may not later, or is not as it should be.
	Warn State = "warn"
	// Bad keeps calls from succeeding.
	Bad State = "bad"
)

// Finding is what one examination found.
type Finding struct {
	// Check is the examination: config, plugins, providers, secrets, network, clock, state, budgets, disk, folders or limits.
	Check string `json:"check"`
	// Subject is what was examined, such as a host or a folder; empty where the check has one subject only.
	Subject string `json:"subject,omitempty"`
	State   State  `json:"state"`
	Detail  string `json:"detail"`
	// Help is what would help; empty when nothing is wrong.
	Help string `json:"help,omitempty"`
}

// Report is everything that was found.
type Report struct {
	// State is that of the worst finding; NotChecked counts as Good.
	State    State     `json:"state"`
	Findings []Finding `json:"findings"`
}

// report puts findings together.
func report(findings []Finding) Report {
	r := Report{State: Good, Findings: findings}
	for _, worse := range []State{Warn, Bad} {
		if slices.ContainsFunc(findings, func(f Finding) bool { return f.State == worse }) {
			r.State = worse
		}
	}
	return r
}

func good(check, subject, detail string) Finding {
	return Finding{Check: check, Subject: subject, State: Good, Detail: detail}
}

func notChecked(check, subject, why string) Finding {
	return Finding{Check: check, Subject: subject, State: NotChecked, Detail: why}
}

func warn(check, subject, detail, help string) Finding {
	return Finding{Check: check, Subject: subject, State: Warn, Detail: detail, Help: help}
}

func bad(check, subject, detail, help string) Finding {
	return Finding{Check: check, Subject: subject, State: Bad, Detail: detail, Help: help}
}
