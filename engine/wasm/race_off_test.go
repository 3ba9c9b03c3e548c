//go:build !race

package wasm_test

// underRace tells whether the race detector is on.
const underRace = false
