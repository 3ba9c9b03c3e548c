package edit

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// MaxBytes bounds a text, as that of a configuration file.
const MaxBytes = 4 << 20

const byteOrderMark = "\xef\xbb\xbf"

// document is a text, its nodes and where they stand in it.
type document struct {
	mark    string // byte order mark, if there is one
	text    string // without it
	eol     string // how lines end: "\n" or "\r\n"
	starts  []int  // offsets of the lines
	end     int    // where the document ends: before a "..." line, if there is one
	root    *yaml.Node
	aliased map[*yaml.Node]bool // nodes that an alias stands for
	splices []splice
}

// splice puts text in the place of what is between two offsets.
type splice struct {
	from, to int
	text     string
}

// read parses a text. Its root is nil when the text has no settings at all.
func read(text []byte) (*document, error) {
	if len(text) > MaxBytes || !utf8.Valid(text) {
		return nil, &Error{Reason: NotYAML, Problem: "the text is not one of a configuration", Want: "UTF-8, at most " + strconv.Itoa(MaxBytes) + " bytes"}
	}
	d := &document{text: string(text), eol: "\n", aliased: make(map[*yaml.Node]bool)}
	if rest, marked := strings.CutPrefix(d.text, byteOrderMark); marked {
		d.mark, d.text = byteOrderMark, rest
	}
	if strings.ContainsAny(strings.ReplaceAll(d.text, "\r\n", ""), "\r\u0085\u2028\u2029\ufeff") {
		return nil, unclear(0, "the text has line breaks or marks other than those of common editors")
	}
	if first, _, broken := strings.Cut(d.text, "\n"); broken && strings.HasSuffix(first, "\r") {
		d.eol = "\r\n"
	}
	for at := 0; at < len(d.text); {
		d.starts = append(d.starts, at)
		next := strings.IndexByte(d.text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	if err := d.parse(); err != nil {
		return nil, err
	}
	d.end = len(d.text)
	for line, at := range d.starts {
		rest := d.text[at:]
		if strings.HasPrefix(rest, "...") && strings.TrimSpace(d.line(line)[3:]) == "" && (d.root == nil || line+1 > d.root.Line) {
			d.end = at
			break
		}
	}
	return d, nil
}

func (d *document) parse() error {
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(d.text)))
	var doc yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return notYAML(err)
	}
	if len(doc.Content) > 0 {
		d.root = doc.Content[0]
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return &Error{Reason: NotSettings, Problem: "the text holds more than one document", Want: "keep the first, without --- between them"}
	}
	d.note(&doc)
	return nil
}

var parserLine = regexp.MustCompile(`^yaml: line ([0-9]+): `)

// notYAML says where a text breaks off, and nothing of what stands there.
func notYAML(err error) *Error {
	e := &Error{Reason: NotYAML, Line: 1, Problem: "the text is not YAML", Want: "check indentation, quotes and brackets"}
	if m := parserLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1]) // digits by the pattern
	}
	return e
}

// note finds what aliases stand for.
func (d *document) note(n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		d.aliased[n.Alias] = true
		return
	}
	for _, inner := range n.Content {
		d.note(inner)
	}
}

// shared reports whether an alias stands for a node or for one within it.
func (d *document) shared(n *yaml.Node) bool {
	return d.aliased[n] || n.Kind != yaml.AliasNode && slices.ContainsFunc(n.Content, d.shared)
}

// line is a line, counted from 0, with its ending.
func (d *document) line(n int) string {
	end := len(d.text)
	if n+1 < len(d.starts) {
		end = d.starts[n+1]
	}
	return d.text[d.starts[n]:end]
}

// offset is where a node's place is in the text. Columns count characters.
func (d *document) offset(n *yaml.Node) int {
	at := d.starts[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(d.text[at:])
		at += size
	}
	return at
}

// result is the text with all changes made.
func (d *document) result() ([]byte, error) {
	slices.SortStableFunc(d.splices, func(a, b splice) int { return a.from - b.from })
	var out strings.Builder
	out.WriteString(d.mark)
	at := 0
	for _, s := range d.splices {
		if s.from < at {
			return nil, unclear(0, "two parts of the change are in the same place")
		}
		out.WriteString(d.text[at:s.from])
		if s.text != "" && s.from == len(d.text) && d.text != "" && !strings.HasSuffix(d.text, "\n") && !strings.HasSuffix(out.String(), "\n") {
			out.WriteString(d.eol)
		}
		out.WriteString(s.text)
		at = s.to
	}
	out.WriteString(d.text[at:])
	return []byte(out.String()), nil
}
