package message

// Names that the program uses in its results, each of a type of its own, so that a language can have words for them. English
// writes them as they are.
type (
	// Document is the name of a kind of document, such as "cn.idcard".
	Document string
	// Field is the name of a field of a document, such as "id_number".
	Field string
	// Extra is the name of something that a provider can give beyond fields, such as "portrait".
	Extra string
	// Signal is the name of something that is said about a picture or a card, such as "copy".
	Signal string
	// Check is the name of a check of a document, such as "id_number_checksum".
	Check string
)

// List is a parameter of several values. They are written with commas between them.
type List []any

// ListOf returns a [List] of names, each as a T.
func ListOf[T ~string](names []string) List {
	l := make(List, len(names))
	for i, name := range names {
		l[i] = T(name)
	}
	return l
}
