// Package conform is the conformance kit. It checks that a built plugin, of any kind and in any language, keeps the rules
// of the contract.
//
// [Open] loads a plugin and plays its golden exchanges. [Subject.Check] runs one of the [Cases] and returns an [Outcome]:
// passed, failed with problems, or not applicable with the reason. [Record] makes a golden exchange from a real call.
//
// The package does not import testing, so that sdktest and the command line can run the same cases.
package conform
