// Package compat holds providers as they were built at every released version of the ABI, and what was said to them, and runs
// them in today's host for ever.
//
// A folder of testdata is one version, and never changes:
//
//	guests/       modules, each in the language of its name; a large one is compressed
//	exchanges/    golden exchanges that they all passed, in the format of package sdktest
//	calls.jsonl   messages as they crossed the boundary: the call, what went in, what came out
//	BUILT.txt     what they were built from and with
//	SHA256SUMS    of all other files
//
// The folder of a new version is made once, when it is released, by
//
//	go test ./engine/internal/compat -run TestKeepThisVersion -keep
//
// An executable runs on one platform only, so none is kept: a subprocess built with today's SDK repeats what the messages of
// back then say.
package compat
