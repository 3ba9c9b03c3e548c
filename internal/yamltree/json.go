package yamltree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
)

// jsonNumber matches the numbers that JSON can write. Others (0x10, 1_000) become texts, which a reader of numbers refuses.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// JSON writes the value as JSON, members in the order of the document.
func (n *Node) JSON() []byte {
	var b bytes.Buffer
	n.writeJSON(&b)
	return b.Bytes()
}

func (n *Node) writeJSON(b *bytes.Buffer) {
	switch n.Kind {
	case Null:
		b.WriteString("null")
	case Bool:
		fmt.Fprint(b, n.Value)
	case Number:
		if jsonNumber.MatchString(n.Scalar) {
			b.WriteString(n.Scalar)
			return
		}
		writeString(b, n.Scalar)
	case Text:
		writeString(b, n.Scalar)
	case List, Mapping:
		n.writeMembers(b)
	}
}

func (n *Node) writeMembers(b *bytes.Buffer) {
	brackets := "[]"
	if n.Kind == Mapping {
		brackets = "{}"
	}
	b.WriteByte(brackets[0])
	for i, item := range n.Items {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.Kind == Mapping {
			writeString(b, n.Keys[i].Scalar)
			b.WriteByte(':')
		}
		item.writeJSON(b)
	}
	b.WriteByte(brackets[1])
}

func writeString(b *bytes.Buffer, s string) {
	text, _ := json.Marshal(s) // a string always can be written
	b.Write(text)
}

// pathStep is a name or an index of a path such as "images.formats[0]".
var pathStep = regexp.MustCompile(`[^.\[\]]+`)

// At returns the node at a path such as "images.formats[0]", or the one nearest to it that is there.
func (n *Node) At(path string) *Node {
	for _, step := range pathStep.FindAllString(path, -1) {
		next := n.Get(step)
		if n.Kind == List {
			var i int
			if err := json.Unmarshal([]byte(step), &i); err == nil && i >= 0 && i < len(n.Items) {
				next = n.Items[i]
			}
		}
		if next == nil {
			return n
		}
		n = next
	}
	return n
}
