package leaf

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// element is an XML element. The tree is built first, because only its end tells whether a name repeats.
type element struct {
	name     string
	attrs    []xml.Attr
	text     []byte
	children []*element
}

// flattenXML adds the leaves of an XML document, or answers errSyntax or an *Error.
//
// Names are local names: prefixes are a vendor's private choice. A document type is skipped unread, so that no entity but
// the five predefined ones exists and nothing is ever fetched. HTML that happens to be well formed is no XML here.
func flattenXML(b *builder, text []byte) error {
	root, err := parseXML(text, &b.opts)
	if err != nil {
		return err
	}
	if strings.EqualFold(root.name, "html") {
		return errSyntax
	}
	return root.flatten(b)
}

// parseXML builds the tree. Elements and attributes count as leaves, so that it stays within the same limits.
func parseXML(text []byte, opts *Options) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	// The text was converted before, regardless of the declaration.
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	document := &element{}
	open := []*element{document}
	count := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errSyntax
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			count += 1 + len(t.Attr)
			if err := cmp.Or(opts.checkDepth(len(open)), opts.checkLeaves(count)); err != nil {
				return nil, err
			}
			e := &element{name: t.Name.Local, attrs: withoutNamespaces(t.Attr)}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text = append(top.text, t...)
		}
	}
	if len(document.children) != 1 || len(bytes.TrimSpace(document.text)) > 0 {
		return nil, errSyntax
	}
	return document.children[0], nil
}

func withoutNamespaces(attrs []xml.Attr) []xml.Attr {
	kept := attrs[:0]
	for _, a := range attrs {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			kept = append(kept, a)
		}
	}
	return kept
}

// flatten adds what is below the current path: attributes, then the element's own text (an element without children always
// has one, if an empty one), then the children.
func (e *element) flatten(b *builder) error {
	attrs := newNumbering(len(e.attrs), func(i int) string { return e.attrs[i].Name.Local })
	for _, a := range e.attrs {
		leave := attrs.enter(b, a.Name.Local, "@")
		if err := b.text(abi.LeafTypeString, bytes.TrimSpace([]byte(a.Value))); err != nil {
			return err
		}
		leave()
	}
	if text := bytes.TrimSpace(e.text); len(text) > 0 || len(e.children) == 0 {
		if err := b.text(abi.LeafTypeString, text); err != nil {
			return err
		}
	}
	children := newNumbering(len(e.children), func(i int) string { return e.children[i].name })
	for _, c := range e.children {
		leave := children.enter(b, c.name, "")
		if err := c.flatten(b); err != nil {
			return err
		}
		leave()
	}
	return nil
}
