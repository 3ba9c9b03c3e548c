// Package adapter holds what every provider needs to understand an answer, in whatever form the provider is written: the SDK
// hands it to Go programs, declarative providers are run with it. What an answer without form means, or a code that no table
// lists, is so decided once.
//
// It imports the contract alone, and neither encoding/json nor reflection: guests carry it. Everything in it is pure and safe
// for concurrent use.
package adapter
