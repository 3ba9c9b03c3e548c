package edit

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// entry is a key of a mapping in block style with its value, and the lines they take: without blank lines and comments after them that
// are not indented more than the key.
type entry struct {
	key, value *yaml.Node
	from, to   int
}

// setProvider makes the splices.
func (d *document) setProvider(name string, want *yaml.Node) error {
	only := mapping(name, want)
	if d.root == nil || isNull(d.root) && d.root.Value == "" {
		return d.insert(d.end, 0, mapping(providers, only))
	}
	whole := entry{value: d.root, from: 0, to: d.trimmed(0, d.end, -1)}
	return d.merge(whole, mapping(providers, only), "", level{partial: 2, lenient: true})
}

// level says how a mapping is merged.
type level struct {
	// partial counts the levels, from this one on, on which keys that are not wanted stay: those of other sections and other providers.
	partial int
	// lenient is for settings of the program, for which nothing and an empty section are the same. Those of plugins are taken literally.
	lenient bool
}

func (l level) below(key string) level {
	next := level{partial: max(0, l.partial-1), lenient: l.lenient}
	if l.partial == 0 && key == "config" {
		next.lenient = false
	}
	return next
}

// merge makes the value of an entry say what is wanted, and changes no more of it than needed.
func (d *document) merge(e entry, want *yaml.Node, path string, l level) error {
	have := e.value
	switch {
	case l.partial > 0 && have.Kind == yaml.AliasNode, d.aliased[have]:
		return &Error{Reason: Shared, Line: have.Line, Key: path, Problem: "stands in more than one place, by an alias", Want: "write it out in each place, and then change it"}
	case !isBlock(have) || want.Kind != yaml.MappingNode || len(want.Content) == 0:
		return d.replace(e, d.merged(have, want, l), path)
	}
	entries, err := d.entries(have, e.to, path)
	if err != nil {
		return err
	}
	at := entries[0].from // of what is new
	for _, old := range entries {
		kept, err := d.mergeEntry(old, want, strings.TrimPrefix(path+"."+old.key.Value, "."), l)
		if err != nil {
			return err
		}
		if kept {
			at = old.to
		}
	}
	added := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(want.Content); i += 2 {
		if _, there := get(have, want.Content[i].Value); !there && want.Content[i+1] != nil {
			added.Content = append(added.Content, want.Content[i], want.Content[i+1])
		}
	}
	if len(added.Content) == 0 {
		return nil
	}
	return d.insert(at, entries[0].key.Column-1, added)
}

// mergeEntry leaves an entry as it is, changes it or takes it away.
func (d *document) mergeEntry(old entry, want *yaml.Node, path string, l level) (kept bool, err error) {
	wanted, named := get(want, old.key.Value)
	switch {
	case !named && l.partial > 0:
		return true, nil
	case l.partial == 2: // what is wanted of all providers is not all of them
		return true, d.merge(old, wanted, path, l.below(old.key.Value))
	}
	have, err := valueOf(old.value)
	if err != nil {
		return false, err
	}
	if wanted == nil {
		if l.partial == 0 && l.lenient && empty(have) {
			return true, nil
		}
		if d.shared(old.key) || d.shared(old.value) {
			return false, anchored(old.key.Line, path)
		}
		d.splices = append(d.splices, splice{old.from, old.to, ""})
		return false, nil
	}
	target, err := valueOf(wanted)
	if err != nil || same(have, target) || l.lenient && empty(have) && empty(target) {
		return true, err
	}
	return true, d.merge(old, wanted, path, l.below(old.key.Value))
}

func anchored(line int, path string) *Error {
	return &Error{Reason: Shared, Line: line, Key: path, Problem: "holds an anchor (&) that is used elsewhere", Want: "write it out there, and then change it"}
}

// isBlock reports whether a node is a mapping with keys in lines of their own.
func isBlock(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0
}

// replace puts another value in the place of an entry's.
func (d *document) replace(e entry, value *yaml.Node, path string) error {
	if d.shared(e.value) {
		return anchored(e.value.Line, path)
	}
	nothing := isNull(e.value) || e.value.Kind == yaml.MappingNode && len(e.value.Content) == 0
	switch {
	case nothing && value.Kind == yaml.MappingNode && len(value.Content) > 0:
		return d.fill(e, value)
	case isNull(e.value) && e.value.Value == "" || isBlock(e.value) || e.value.Kind == yaml.SequenceNode && e.value.Style&yaml.FlowStyle == 0:
		if e.key == nil {
			return unclear(e.value.Line, "the text is not a mapping")
		}
		text, err := d.lines(e.key.Column-1, &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{plainKey(e.key), value}})
		if err != nil {
			return err
		}
		if !strings.HasSuffix(d.text[e.from:e.to], "\n") {
			text = strings.TrimSuffix(text, d.eol)
		}
		d.splices = append(d.splices, splice{e.from, e.to, text})
		return nil
	case value.Kind == yaml.MappingNode && len(value.Content) > 0 && e.value.Kind != yaml.MappingNode && e.key != nil: // a word or an alias becomes a section
		if d.text[d.offset(e.value):d.contentEnd(e)] != "" {
			d.splices = append(d.splices, splice{d.gapBefore(e.value), d.contentEnd(e), ""})
		}
		return d.insert(e.to, e.key.Column-1+d.step(), value)
	}
	line := flow
	if e.value.Kind == yaml.ScalarNode && value.Kind == yaml.ScalarNode && !strings.Contains(value.Value, "\n") {
		line = func(n *yaml.Node) (string, error) {
			out, err := encode(n, 2)
			return strings.TrimSuffix(out, "\n"), err
		}
	}
	text, err := line(value)
	if err != nil {
		return err
	}
	d.splices = append(d.splices, splice{d.offset(e.value), d.contentEnd(e), text})
	return nil
}

// fill writes a mapping under a key that has none.
func (d *document) fill(e entry, value *yaml.Node) error {
	if e.value.Value != "" || e.value.Kind == yaml.MappingNode { // "null", "~" or "{}"
		from := d.offset(e.value)
		if e.key != nil {
			from = d.gapBefore(e.value)
		}
		d.splices = append(d.splices, splice{from, d.contentEnd(e), ""})
	}
	indent := 0
	if e.key != nil {
		indent = e.key.Column - 1 + d.step()
	}
	return d.insert(e.to, indent, value)
}

// gapBefore is where the blanks before a value begin.
func (d *document) gapBefore(n *yaml.Node) int {
	return len(strings.TrimRight(d.text[:d.offset(n)], " \t"))
}

// insert puts the entries of a mapping before an offset that begins a line.
func (d *document) insert(at, indent int, m *yaml.Node) error {
	text, err := d.lines(indent, m)
	if err != nil {
		return err
	}
	d.splices = append(d.splices, splice{at, at, text})
	return nil
}

// entries of a mapping in block style that ends before an offset.
func (d *document) entries(m *yaml.Node, end int, path string) ([]entry, error) {
	var out []entry
	seen := make(map[string]bool)
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := m.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			return nil, unclear(key.Line, "a key is not a plain word")
		case key.Tag == "!!merge":
			return nil, &Error{Reason: MergeKey, Line: key.Line, Key: path, Problem: "merge keys (<<) are not read", Want: "write the settings out"}
		case seen[key.Value]:
			return nil, &Error{Reason: Duplicate, Line: key.Line, Key: path, Problem: "a key stands twice", Want: "keep one of the two"}
		}
		seen[key.Value] = true
		e := entry{key: key, value: m.Content[i+1], from: d.starts[key.Line-1], to: end}
		if strings.Trim(d.text[e.from:d.offset(key)], " ") != "" {
			return nil, unclear(key.Line, "a key does not begin its line")
		}
		if i > 0 && out[len(out)-1].from >= e.from {
			return nil, unclear(key.Line, "two keys are in one line")
		}
		out = append(out, e)
	}
	for i := range out {
		if i+1 < len(out) {
			out[i].to = out[i+1].from
		}
		out[i].to = d.trimmed(out[i].from, out[i].to, out[i].key.Column-1)
	}
	return out, nil
}

// trimmed is the end of some lines without blank ones and comments that are indented no more than a key; at least one line stays.
func (d *document) trimmed(from, to, indent int) int {
	for to > from {
		last := strings.LastIndexByte(strings.TrimSuffix(d.text[from:to], "\n"), '\n') + 1 + from
		line := d.text[last:to]
		content := strings.TrimLeft(line, " \t")
		comment := strings.HasPrefix(content, "#") && (indent < 0 || len(line)-len(content) <= indent)
		if last == from || strings.TrimSpace(content) != "" && !comment {
			return to
		}
		to = last
	}
	return to
}

// afterFlow is a comment after what closes a list or mapping.
var afterFlow = regexp.MustCompile(`^(.*?[}\]])([ \t]+#.*)$`)

// contentEnd is where the value of an entry ends, without a comment that follows in its last line.
func (d *document) contentEnd(e entry) int {
	from := d.offset(e.value)
	if e.value.Kind == yaml.ScalarNode && e.value.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return from + len(strings.TrimRight(d.text[from:e.to], "\r\n"))
	}
	text := strings.TrimRight(d.text[from:e.to], "\r\n \t")
	comments := []string{e.value.LineComment}
	if e.key != nil {
		comments = append(comments, e.key.LineComment)
	}
	for _, comment := range comments {
		if bare, cut := strings.CutSuffix(text, comment); cut && comment != "" {
			return from + len(strings.TrimRight(bare, " \t"))
		}
	}
	last := strings.LastIndexByte(text, '\n') + 1
	if m := afterFlow.FindStringSubmatch(text[last:]); m != nil && e.value.Kind != yaml.ScalarNode {
		return from + last + len(m[1])
	}
	return from + len(text)
}
