//go:build !race

package cli

// raced says that the program has the race detector, which takes ten times as long and far more memory than the limits of a trial.
const raced = false
