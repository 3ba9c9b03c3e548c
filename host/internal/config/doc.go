// Package config reads the host program's configuration: one YAML file, the file that the console writes, OCRMUX_ environment
// variables and flags, in rising order of precedence.
//
// The Go types of this package define what a file may hold: [Schema] is derived from them, and every file is validated against
// it. All problems are reported at once, each with its place and what would be right.
package config
