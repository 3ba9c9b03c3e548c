//go:build !cgo

package onnx

import "fmt"

// Runtime replaces the loaded library in a build without cgo.
type Runtime struct{}

// Open returns an error, because ONNX Runtime needs cgo.
func Open(string, int) (*Runtime, error) {
	return nil, fmt.Errorf("%w: this program was built with CGO_ENABLED=0; build it with a C compiler", ErrRuntime)
}

// Close does nothing.
func (*Runtime) Close() error { return nil }

// Load returns an error.
func (*Runtime) Load(path string) (*Model, error) { return nil, fmt.Errorf("%w %s", ErrModel, path) }

// Model replaces a network in a build without cgo.
type Model struct{}

// Close does nothing.
func (*Model) Close() error { return nil }

// Metadata returns "".
func (*Model) Metadata(string) (string, error) { return "", nil }

// Run returns an error.
func (*Model) Run([]float32, ...int64) ([]float32, []int64, error) { return nil, nil, ErrRuntime }
