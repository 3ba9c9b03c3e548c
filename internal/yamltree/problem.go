package yamltree

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Cause says why a document is refused.
type Cause int

// Causes of problems. Problems that are found by the user of a tree are Other.
const (
	Other Cause = iota
	Syntax
	TooLong
	TooManyValues
	TooDeep
	BadKey
	MergeKey
	DuplicateKey
	BadTag
	NotFinite
)

// Problem is one thing that is wrong in a document.
type Problem struct {
	Cause Cause
	// Path of the value, from the root. It is empty for problems of the document as a whole, and those that [Node.Problem] makes.
	Path []string
	// Line and Column count from 1; 0 when the problem is of the document as a whole.
	Line, Column int
	// Text says what is wrong, Want what would be right. Want may be empty.
	Text, Want string
}

// String returns "PATH: TEXT; WANT", without the parts that are empty.
func (p Problem) String() string {
	text := p.Text
	if len(p.Path) > 0 {
		text = ShowPath(p.Path) + ": " + text
	}
	if p.Want != "" {
		text += "; " + p.Want
	}
	return text
}

// ShowPath writes a path for a person: "providers.jumdata.secrets". Keys that would be misread are quoted.
func ShowPath(path []string) string {
	shown := make([]string, len(path))
	for i, key := range path {
		shown[i] = key
		if key == "" || strings.ContainsAny(key, ".\"' :;\t\r\n") || !strconv.CanBackquote(key) {
			shown[i] = strconv.Quote(key)
		}
	}
	return strings.Join(shown, ".")
}

// Error is a document that cannot be used.
type Error struct {
	// File is the name of the file, without its folder.
	File string
	// Problems, at least one, in the order of the file.
	Problems []Problem
}

// Error has one line for each problem: "acme.provider.yaml:12:5: …".
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p.String()
		if p.Line > 0 {
			lines[i] = fmt.Sprintf("%s:%d:%d: %s", e.File, p.Line, p.Column, p)
		}
	}
	return strings.Join(lines, "\n")
}

// AsError returns the error of some problems, each once and in the order of the file, or nil if there is none.
func AsError(file string, problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	problems = slices.Clone(problems)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
	})
	same := func(a, b Problem) bool { return a.Line == b.Line && a.Column == b.Column && a.String() == b.String() }
	return &Error{File: file, Problems: slices.CompactFunc(problems, same)}
}

var (
	errorLine     = regexp.MustCompile(`^line ([0-9]+): `)
	unknownAnchor = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// syntax returns the problem of a text that is not YAML. It repeats the parser's words only if they do not quote the text.
func syntax(source []byte, err error) Problem {
	p := Problem{Cause: Syntax, Line: 1, Column: 1, Text: "is not YAML", Want: "check indentation, quotes and brackets"}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := unknownAnchor.FindStringSubmatch(text); m != nil {
		before, _, _ := strings.Cut(string(source), "*"+m[1])
		p.Line += strings.Count(before, "\n")
		p.Text, p.Want = p.Text+": an alias (*) names an anchor (&) that is not above it", "quote a text that begins with *"
		return p
	}
	var typeError *yaml.TypeError
	if errors.As(err, &typeError) || strings.Contains(text, "anchor") {
		return p
	}
	if m := errorLine.FindStringSubmatch(text); m != nil { // the parser leaves out the first line
		p.Line, _ = strconv.Atoi(m[1]) // digits by the pattern
		text = text[len(m[0]):]
	}
	p.Text += ": " + text
	return p
}
