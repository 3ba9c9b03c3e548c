// Package config reads the host program's configuration: one YAML file, then OCRMUX_ environment variables, then flags.
//
// The Go types of this package are the one source of what a file may hold: [Schema] is derived from them, and every file
// is validated against it. All problems are found at once; each says where it stands and what would be right.
package config
