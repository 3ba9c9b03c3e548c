// Package yamltree reads a YAML document to a tree in which every value knows its line and column.
//
// It is for files that somebody else wrote and that are validated before use. The size of a document is bounded with
// all aliases followed, so that a small file cannot unfold into a huge one. Every mistake is a [Problem] with its place. The
// texts of problems never quote a value, which may be a secret. The package is safe for concurrent use.
package yamltree
