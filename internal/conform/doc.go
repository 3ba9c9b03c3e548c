// Package conform holds a built plugin, of any kind and in any language, to what the contract asks of every provider.
//
// [Open] loads a plugin and plays its golden exchanges; [Cases] are what it is then held to, each of which [Subject.Check]
// carries out. What comes of a case is an [Outcome]: passed, failed with what is wrong and what would be right, or not
// applicable with the reason. [Record] makes a golden exchange of a real call.
//
// The package knows nothing of package testing, so that sdktest and the command line run the same cases.
package conform
