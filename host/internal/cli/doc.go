// Package cli implements the command line of ocrmux: it parses arguments, runs an engine, and prints results for people or programs.
//
// A [Program] holds everything that commands use of the environment, so the package has no global state.
package cli
