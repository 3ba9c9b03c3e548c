//go:build !cgo

package onnx

import "fmt"

// Runtime stands in for the loaded library in a build without cgo.
type Runtime struct{}

// Open fails: ONNX Runtime is reached through cgo.
func Open(string, int) (*Runtime, error) {
	return nil, fmt.Errorf("%w: this program was built with CGO_ENABLED=0, build it with a C compiler", ErrRuntime)
}

// Close does nothing.
func (*Runtime) Close() error { return nil }

// Load fails.
func (*Runtime) Load(path string) (*Model, error) { return nil, fmt.Errorf("%w %s", ErrModel, path) }

// Model stands in for a network in a build without cgo.
type Model struct{}

// Close does nothing.
func (*Model) Close() error { return nil }

// Metadata says nothing.
func (*Model) Metadata(string) (string, error) { return "", nil }

// Run fails.
func (*Model) Run([]float32, ...int64) ([]float32, []int64, error) { return nil, nil, ErrRuntime }
