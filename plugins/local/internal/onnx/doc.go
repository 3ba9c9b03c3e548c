// Package onnx runs neural networks through the ONNX Runtime shared library.
//
// The library is loaded from a file at run time, once per process. It is C code, so a fault in it ends the whole process.
// Without cgo the package builds, but [Open] returns an error.
package onnx

import "errors"

// ErrRuntime means that the ONNX Runtime library could not be loaded.
var ErrRuntime = errors.New("cannot load ONNX Runtime")

// ErrModel means that a model file could not be loaded.
var ErrModel = errors.New("cannot load model")
