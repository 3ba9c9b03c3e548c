// Package reader turns the bytes of a picture into the fields of an identity card, with models from a folder.
//
// The folder holds [modelset.File], which names the other files in it: three models, a dictionary unless the recogniser carries one, and the ONNX Runtime
// library. Any of them can be replaced by another of its kind.
package reader
