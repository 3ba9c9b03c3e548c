package console

import (
	"context"
	"errors"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// Editor changes the configuration with which the gateway was started. It is safe for concurrent use.
type Editor interface {
	// Plugins are the manifests of the plugins that can be used, by name.
	Plugins() ([]*abi.Descriptor, error)
	// Present is what the configuration's file says.
	Present() (*Present, error)
	// Check says what a change would make of the file, and what would be wrong with that. It writes nothing.
	Check(ctx context.Context, change Change) (*Draft, error)
	// Save writes what a change makes of the file, if nothing is wrong with it, and has the gateway read it. It fails with [ErrNoFile], [ErrReadOnly] or
	// [ErrFileChanged], and has then written nothing.
	Save(ctx context.Context, change Change) (*Draft, error)
}

// Why a change is not written.
var (
	ErrNoFile      = errors.New("the gateway was started without a configuration file")
	ErrReadOnly    = errors.New("the gateway may not write its configuration file")
	ErrFileChanged = errors.New("the configuration file has changed since it was read")
)

// Present is a configuration file as it is.
type Present struct {
	// Path of the file; empty when there is none. Writable, as far as can be told without writing.
	Path     string
	Writable bool
	// Version is another one after every change of the file.
	Version string
	// Providers that the file itself has, by name.
	Providers map[string]config.Provider
}

// Change is a provider as it shall be.
type Change struct {
	Name string
	// Provider of which the plugin, the config, the sources of secrets, the labels and the fit count; the rest stays as it is in the file.
	Provider config.Provider
	// Version of the file that somebody saw when making the change; empty for any.
	Version string
}

// Draft is what a change makes of the file.
type Draft struct {
	// Before and After are the whole text of the file; both empty when it cannot be changed, as Refused says.
	Before, After string
	Refused       error
	// Section is the provider alone, as a file that has nothing else would say it.
	Section string
	// Problems of the changed configuration.
	Problems []config.Problem
	// Written: the file is the changed one. Reload then says why the gateway did not take it, nil if it did.
	Written bool
	Reload  error
}
