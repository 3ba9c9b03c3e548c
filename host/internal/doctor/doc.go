// Package doctor examines what a gateway depends on before a call does: configuration, plugins, secrets, the vendors' hosts, the clock,
// the state, and the machine.
//
// No examination can cost anything: a vendor sees a TLS handshake and, only when the clock is compared, one HEAD of "/" without
// credentials. No finding holds a secret. Every examination is bounded in time and they run side by side, so that a host that
// does not answer delays nothing but its own finding.
package doctor
