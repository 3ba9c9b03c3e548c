package console

import (
	"context"
	"errors"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// Editor changes providers through the console's own file, a layer above the configuration file. It is safe for concurrent use.
type Editor interface {
	// Plugins returns the manifests of the plugins that can be used, by name.
	Plugins() ([]*abi.Descriptor, error)
	// Present returns the configuration of the providers as the files have it now.
	Present() (*Present, error)
	// Check validates a change. It writes nothing.
	Check(ctx context.Context, change Change) (*Draft, error)
	// Save writes a change to the console's file if it is valid, and reloads the gateway. If it fails with [ErrNoFile],
	// [ErrReadOnly] or [ErrFileChanged], it has written nothing.
	Save(ctx context.Context, change Change) (*Draft, error)
}

// Reasons for which a change is not written.
var (
	ErrNoFile      = errors.New("there is no file for changes of the console")
	ErrReadOnly    = errors.New("the console's file cannot be written")
	ErrFileChanged = errors.New("the configuration has changed since it was read")
)

// Present is the configuration of the providers in the files, without variables and flags.
type Present struct {
	// MainFile is the configuration file; empty if there is none. File is the console's file, which may not exist yet; empty
	// if there is no place for it.
	MainFile, File string
	// Writable reports whether File can be written, as far as can be seen without writing it.
	Writable bool
	// Version changes with every change of either file.
	Version string
	// Providers by name, as both files together define them.
	Providers map[string]config.Provider
	// Origins returns the sources that set a setting or something inside it, in rising order of precedence.
	Origins func(path ...string) []config.Origin
}

// Change is what a provider becomes.
type Change struct {
	Name string
	// Provider has the settings that the form has: plugin, config, secrets, labels and fit. Nil removes the provider from the
	// console's file: then only the configuration file defines it, or nothing.
	Provider *config.Provider
	// Version of the configuration on which the change is based; empty for any.
	Version string
}

// Draft is the result of a change.
type Draft struct {
	// Before and After are the provider's settings in the files; nil where it has none.
	Before, After *config.Provider
	// Section is the provider after the change as YAML, as a configuration file can have it.
	Section string
	// Problems of the changed configuration.
	Problems []config.Problem
	// Written reports whether the console's file was written. Reload then says why the gateway could not load it; nil if it did.
	Written bool
	Reload  error
}
