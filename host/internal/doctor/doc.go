// Package doctor examines what a gateway depends on: its configuration, plugins, secrets, the vendors' hosts, the clock, the state,
// and the machine.
//
// An examination never costs anything. A vendor sees a TLS handshake and, only if the clocks are compared, one HEAD of "/" without
// credentials. Findings hold no secrets. All examinations have a time limit and run concurrently, so a host that does not answer
// delays only its own finding.
package doctor
