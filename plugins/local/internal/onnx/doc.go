// Package onnx runs neural networks through the ONNX Runtime shared library.
//
// The library is loaded from a file at run time, once a process; it is C code, so a fault in it takes the whole process down. Without
// cgo the package builds, and [Open] says that it cannot work.
package onnx

import "errors"

// ErrRuntime says that the ONNX Runtime library could not be loaded.
var ErrRuntime = errors.New("cannot load ONNX Runtime")

// ErrModel says that a model file could not be loaded.
var ErrModel = errors.New("cannot load model")
