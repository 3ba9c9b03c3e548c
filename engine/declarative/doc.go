// Package declarative is the provider runtime for vendors that need no code: a provider is one YAML file, NAME.provider.yaml, of
// which docs/declarative.md is the reference.
//
// The file is compiled once, when it is loaded, and answers each step with the same actions as a provider in a language would:
// it names secrets and the picture, and never sees them. There is nothing in a file that could run for long, call the host or
// change from one call to the next. Everything that is wrong with a file is reported at once, with lines and columns, as a
// [*yamltree.Error] within the [*catalog.PluginError].
package declarative
