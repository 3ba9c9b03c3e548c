// Package edit changes one provider in the text of a configuration file and leaves all other text as it is: comments, order, quotes, blank
// lines and line endings.
//
// Nothing is written back that was not understood: the changed text is read again, and must say what the old one said but for that provider.
// Where it would not, or where the text is of a kind that cannot be changed safely, the answer is an *[Error] that says what to do by hand.
//
// Read and Write keep a person's changes from being overwritten: what is written must be a change of the file as it still is.
package edit
