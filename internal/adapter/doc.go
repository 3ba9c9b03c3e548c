// Package adapter interprets vendors' answers, for every form of provider: the SDK gives it to Go programs, and declarative
// providers run with it. So the meaning of an answer without form, or of a code that no table lists, is decided in one place.
//
// It imports the contract alone, and neither encoding/json nor reflection: guests carry it. Everything in it is pure and safe
// for concurrent use.
package adapter
