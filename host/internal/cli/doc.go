// Package cli is the command line of ocrmux: it reads arguments, runs an engine and prints for people or machines.
//
// Everything a command touches is in its [Program], so that nothing here is global.
package cli
