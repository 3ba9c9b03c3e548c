package doctor

import (
	"slices"

	"github.com/ocrmux/ocrmux/internal/message"
)

// State says how good or bad a finding is.
type State string

// The states, from the best to the worst.
const (
	Good State = "good"
	// NotChecked means that an examination did not take place. The finding says why.
	NotChecked State = "not_checked"
	// Warn means that something works now but may fail later, or should be different.
	Warn State = "warn"
	// Bad means that calls fail.
	Bad State = "bad"
)

// Finding is the result of one examination.
type Finding struct {
	// Check is the examination: config, plugins, providers, secrets, network, clock, state, budgets, disk, folders or limits.
	Check string `json:"check"`
	// Subject is what was examined, such as a host or a folder. It is empty if the check has only one subject.
	Subject string `json:"subject,omitempty"`
	State   State  `json:"state"`
	// Detail is what was found. Its codes are in package message and begin with Finding.
	Detail message.Message `json:"detail"`
	// Help is what the operator can do. It is zero if nothing is wrong. Its codes begin with Help.
	Help message.Message `json:"help,omitzero"`
}

// Report is the result of all examinations.
type Report struct {
	// State is that of the worst finding. NotChecked counts as Good.
	State    State     `json:"state"`
	Findings []Finding `json:"findings"`
}

func report(findings []Finding) Report {
	r := Report{State: Good, Findings: findings}
	for _, worse := range []State{Warn, Bad} {
		if slices.ContainsFunc(findings, func(f Finding) bool { return f.State == worse }) {
			r.State = worse
		}
	}
	return r
}

func good(check, subject string, detail message.Message) Finding {
	return Finding{Check: check, Subject: subject, State: Good, Detail: detail}
}

func notChecked(check, subject string, why message.Message) Finding {
	return Finding{Check: check, Subject: subject, State: NotChecked, Detail: why}
}

func warn(check, subject string, detail, help message.Message) Finding {
	return Finding{Check: check, Subject: subject, State: Warn, Detail: detail, Help: help}
}

func bad(check, subject string, detail, help message.Message) Finding {
	return Finding{Check: check, Subject: subject, State: Bad, Detail: detail, Help: help}
}

// failed returns a Bad finding for an error that no help is known for.
func failed(check, subject string, err error) Finding {
	return bad(check, subject, message.Error(err), message.Message{})
}
