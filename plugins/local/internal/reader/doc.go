// Package reader reads the fields of an identity card from a picture, with models from a folder.
//
// [modelset.File] in the folder names the other files: three models, a dictionary unless the recogniser has one, and the ONNX
// Runtime library. Each file can be replaced by another of the same kind.
package reader
