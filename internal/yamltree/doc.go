// Package yamltree reads a YAML document to a tree in which every value knows its line and column.
//
// It is for files that somebody else wrote and that are validated before use: the size of a document is bounded with
// all its aliases followed, so that a small file cannot unfold into a huge one, and everything wrong is a [Problem] with its
// place. Everything in it is safe for concurrent use.
package yamltree
