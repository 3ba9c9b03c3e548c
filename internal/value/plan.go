package value

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// plan is a first walk over everything a request is made of. It finds all that is wrong with the structure, so that what
// follows cannot run away, and learns what is needed more than once.
type plan struct {
	src    Sources
	limits Limits

	parts    int
	literals int64
	blobs    map[uint32]int // how often the base64 of a blob occurs in the trees
	body     scope
	names    []string
}

// scope is where the walk is, as far as BodyBytes are concerned.
type scope uint8

const (
	scopeAlone  scope = iota // no request around
	scopeBody                // inside the body
	scopeAround              // query and headers
)

// shared reports whether the base64 of a blob occurs in more than one place. In a body that is digested and then sent it occurs
// once: to encode it twice takes no longer than to make room for it, and a call in flight holds the picture only.
func (p *plan) shared(handle uint32) bool { return p.blobs[handle] > 1 }

// node counts one node of the tree.
func (p *plan) node() error {
	if p.parts++; p.parts > p.limits.Parts {
		return fail(KindTooManyParts, "more than %d values, parts, fields and members", p.limits.Parts)
	}
	return nil
}

// text counts a literal or a name.
func (p *plan) text(n int) error {
	if p.literals += int64(n); p.literals > p.limits.LiteralBytes {
		return fail(KindTooLarge, "more than %d bytes of literals and names; the picture goes in as a blob", p.limits.LiteralBytes)
	}
	return nil
}

func (p *plan) deeper(depth int) error {
	if depth > p.limits.Depth {
		return fail(KindTooDeep, "nested deeper than %d", p.limits.Depth)
	}
	return nil
}

// value walks a Value for the given use of secrets ("plain" or a digest). A nil Value is empty.
func (p *plan) value(v *abi.Value, use string, depth int) error {
	if err := p.node(); err != nil || v == nil {
		return err
	}
	for i := range v.Parts {
		if err := p.part(&v.Parts[i], use, depth); err != nil {
			return inItem(err, "parts", i)
		}
	}
	return nil
}

func (p *plan) part(part *abi.Part, use string, depth int) error {
	if err := p.node(); err != nil {
		return err
	}
	if n := count(part.Literal != nil, part.Secret != "", part.Blob != nil, part.Digest != nil, part.Body != nil); n != 1 {
		return fail(KindUnknownPart, "exactly one member must be set, and one that this host knows")
	}
	switch {
	case part.Literal != nil:
		return p.text(len(part.Literal))
	case part.Secret != "":
		if _, err := lookup(p.src, part.Secret, use); err != nil {
			return err
		}
		if !slices.Contains(p.names, part.Secret) {
			p.names = append(p.names, part.Secret)
		}
		return nil
	case part.Blob != nil:
		return p.blob(part.Blob)
	case part.Digest != nil:
		return in(p.digest(part.Digest, depth+1), "digest")
	default:
		return p.bodyBytes()
	}
}

func (p *plan) blob(b *abi.Blob) error {
	if _, ok := p.src.Blob(b.Handle); !ok {
		return fail(KindUnknownBlob, "the host holds nothing under handle %d", b.Handle)
	}
	if b.Encoding > abi.EncodingHexUpper {
		return fail(KindBadEncoding, "encoding %d is not known here", b.Encoding)
	}
	if b.Encoding == abi.EncodingBase64 || b.Encoding == abi.EncodingBase64Percent {
		if p.blobs == nil {
			p.blobs = make(map[uint32]int)
		}
		p.blobs[b.Handle]++
	}
	return nil
}

func (p *plan) bodyBytes() error {
	switch p.body {
	case scopeBody:
		return fail(KindCycle, "the body cannot hold a digest of itself; sign in a header or the query")
	case scopeAlone:
		return fail(KindCycle, "there is no request here whose body it could be")
	default:
		return nil
	}
}

func (p *plan) digest(d *abi.Digest, depth int) error {
	if err := p.deeper(depth); err != nil {
		return err
	}
	use := useName(d.Algorithm, d.Key != nil)
	switch {
	case use == "":
		return fail(KindBadAlgorithm, "algorithm %d is not known here", d.Algorithm)
	case d.Algorithm == abi.AlgorithmRSASHA256 && d.Key == nil:
		return fail(KindBadKey, "rsa-sha256 needs a private key")
	case d.Output > abi.EncodingHexUpper, d.Output == abi.EncodingBase64Percent:
		return fail(KindBadEncoding, "a digest comes out raw, hex, hex_upper or base64, not as encoding %d", d.Output)
	}
	if d.Key != nil {
		if err := p.value(d.Key, use, depth); err != nil {
			return in(err, "key")
		}
	}
	return in(p.value(d.Data, use, depth), "data")
}

// named walks headers, query parameters or form fields.
func (p *plan) named(list []abi.NamedValue, step string) error {
	for i := range list {
		if err := p.field(list[i].Name, list[i].Value); err != nil {
			return inItem(err, step, i)
		}
	}
	return nil
}

func (p *plan) field(name string, v *abi.Value) error {
	if err := p.text(len(name)); err != nil {
		return in(err, "name")
	}
	return in(p.value(v, UsePlain, 0), "value")
}

// content walks a body.
func (p *plan) content(b *abi.Body) error {
	if count(b.Raw != nil, b.Form != nil, b.Multipart != nil, b.JSON != nil) != 1 {
		return fail(KindUnknownPart, "exactly one member must be set, and one that this host knows")
	}
	switch {
	case b.Raw != nil:
		return in(p.value(b.Raw, UsePlain, 0), "raw")
	case b.Form != nil:
		return in(p.named(b.Form.Fields, "fields"), "form")
	case b.Multipart != nil:
		return in(p.multipart(b.Multipart), "multipart")
	default:
		return in(p.json(b.JSON, 0), "json")
	}
}

func (p *plan) multipart(m *abi.Multipart) error {
	for i := range m.Fields {
		f := &m.Fields[i]
		err := p.field(f.Name, f.Value)
		if err == nil {
			err = p.text(len(f.Filename) + len(f.ContentType))
		}
		if err != nil {
			return inItem(err, "fields", i)
		}
	}
	return nil
}

func (p *plan) json(j *abi.JSON, depth int) error {
	if err := p.node(); err != nil {
		return err
	}
	if err := p.deeper(depth); err != nil {
		return err
	}
	if j == nil || count(j.Text != nil, j.Literal != "", j.Object != nil, j.Array != nil) != 1 {
		return fail(KindUnknownPart, "exactly one member must be set, and one that this host knows")
	}
	switch {
	case j.Text != nil:
		return in(p.value(j.Text, UsePlain, depth), "text")
	case j.Literal != "":
		return in(p.jsonLiteral(j.Literal), "literal")
	case j.Object != nil:
		for i := range j.Object.Members {
			m := &j.Object.Members[i]
			err := p.text(len(m.Name))
			if err == nil {
				err = in(p.json(m.Value, depth+1), "value")
			}
			if err != nil {
				return in(inItem(err, "members", i), "object")
			}
		}
	default:
		for i := range j.Array.Items {
			if err := p.json(&j.Array.Items[i], depth+1); err != nil {
				return in(inItem(err, "items", i), "array")
			}
		}
	}
	return nil
}

func (p *plan) jsonLiteral(s string) error {
	if err := p.text(len(s)); err != nil {
		return err
	}
	if !isJSONLiteral(s) {
		return fail(KindBadJSON, "only a number, true, false or null; a string goes in as text")
	}
	return nil
}

func count(set ...bool) (n int) {
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}
