package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/terminal"
	"github.com/ocrmux/ocrmux/internal/value"
)

// dryReport prints what a provider would send: secrets by name, the picture as {image:base64}, and digests if everything in them is
// known.
type dryReport struct {
	manifest *abi.Descriptor
	secrets  map[string]string
	// incomplete is true if secrets were not given.
	incomplete bool
	picture    []byte
	// sent describes the picture that the provider saw.
	sent *abi.PictureInfo

	out    strings.Builder
	signed []signed
}

// signed is a digest and its place.
type signed struct {
	where  string
	digest *abi.Digest
}

func (r *dryReport) String(record *recorder) string {
	r.sent = record.picture
	for i, x := range record.requests {
		if i > 0 {
			r.out.WriteString("\n")
		}
		r.request(x)
	}
	switch {
	case record.outcome != nil && len(record.requests) == 0 && record.outcome.Done != nil:
		r.out.WriteString("the provider read the picture without sending a request\n")
	case record.outcome != nil && len(record.requests) == 0:
		r.out.WriteString("the provider refused the picture without sending a request\n")
	case len(record.requests) > 0 && r.incomplete:
		r.out.WriteString("\nnothing was sent; digests of secrets were not computed, because no secrets were given\n")
	case len(record.requests) > 0:
		r.out.WriteString("\nnothing was sent\n")
	}
	texts := make([][]byte, 0, len(r.secrets))
	for _, text := range r.secrets {
		texts = append(texts, []byte(text))
	}
	lines := strings.Split(value.NewMask(texts...).String(r.out.String()), "\n")
	for i := range lines {
		lines[i] = terminal.Clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (r *dryReport) request(x recorded) {
	q := x.request
	r.signed = nil
	fmt.Fprintf(&r.out, "%s %s\n", q.Method, q.URL)
	inHead := func(p *abi.Part) (string, bool) { return r.headDigest(q, x.nonce, p) }
	r.named("query", q.Query, inHead)
	r.named("header", q.Headers, inHead)
	r.body(q.Body)
	for _, s := range r.signed {
		fmt.Fprintf(&r.out, "\n%s is %s, %s, of\n%s\n", s.where, digestName(s.digest), s.digest.Output, indent(value.Explain(s.digest.Data)))
		if s.digest.Key != nil {
			fmt.Fprintf(&r.out, "with the key\n%s\n", indent(value.Explain(s.digest.Key)))
		}
	}
	if x.exchange != nil {
		r.exchange(x.exchange)
	}
	if x.refused != "" {
		fmt.Fprintf(&r.out, "\nrefused: %s\n", x.refused)
	}
}

func (r *dryReport) exchange(x *abi.Exchange) {
	var lines []string
	if c := x.Cache; c != nil {
		life := fmt.Sprintf("%d s", c.TTLSeconds)
		if c.TTLPointer != "" {
			life = "the seconds at " + c.TTLPointer
		}
		lines = append(lines, fmt.Sprintf("the answer is cached as %q for %s, minus %d s", c.Key, life, c.MarginSeconds))
	}
	for _, c := range x.Capture {
		lines = append(lines, fmt.Sprintf("the secret %s is captured from the answer at %s", c.Secret, c.Pointer))
	}
	if len(x.State) > 0 {
		lines = append(lines, fmt.Sprintf("the provider keeps %d bytes of state", len(x.State)))
	}
	if len(lines) > 0 {
		r.out.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	}
}

func digestName(d *abi.Digest) string {
	name := strings.ReplaceAll(d.Algorithm.String(), "_", "-")
	if d.Key != nil && d.Algorithm != abi.AlgorithmRSASHA256 {
		name = "hmac-" + name
	}
	return name
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// compute returns the text of a digest, or false if it cannot be computed here.
type compute func(*abi.Part) (string, bool)

// show writes a value, and records its digests in r.signed.
func (r *dryReport) show(where string, v *abi.Value, text compute) string {
	if v == nil {
		return ""
	}
	var b strings.Builder
	for i := range v.Parts {
		part := &v.Parts[i]
		if part.Digest != nil {
			r.signed = append(r.signed, signed{where, part.Digest})
			if s, ok := text(part); ok {
				b.WriteString(s)
				continue
			}
			fmt.Fprintf(&b, "{%s:%s}", digestName(part.Digest), part.Digest.Output)
			continue
		}
		b.WriteString(value.Explain(&abi.Value{Parts: []abi.Part{*part}}))
	}
	return b.String()
}

func (r *dryReport) named(kind string, values []abi.NamedValue, text compute) {
	t := &terminal.Table{Indent: "  "}
	for _, v := range values {
		t.Add(v.Name, r.show(v.Name, v.Value, text))
	}
	if len(values) > 0 {
		fmt.Fprintf(&r.out, "\n%s\n%s", kind, t)
	}
}

func (r *dryReport) body(b *abi.Body) {
	switch {
	case b == nil:
	case b.Form != nil:
		r.named("form (application/x-www-form-urlencoded)", b.Form.Fields, r.digest)
	case b.Multipart != nil:
		t := &terminal.Table{Indent: "  "}
		for _, f := range b.Multipart.Fields {
			file := f.Filename
			if f.ContentType != "" {
				file += ", " + f.ContentType
			}
			t.Add(f.Name, r.show(f.Name, f.Value, r.digest), strings.TrimPrefix(file, ", "))
		}
		fmt.Fprintf(&r.out, "\nform (multipart/form-data)\n%s", t)
	case b.JSON != nil:
		r.out.WriteString("\nbody (application/json)\n  ")
		r.json("body", "  ", b.JSON)
		r.out.WriteString("\n")
	case b.Raw != nil:
		fmt.Fprintf(&r.out, "\nbody\n%s\n", indent(r.show("body", b.Raw, r.digest)))
	}
}

func (r *dryReport) json(where, margin string, v *abi.JSON) {
	list := func(open, end string, n int, each func(i int)) {
		r.out.WriteString(open)
		for i := range n {
			if i > 0 {
				r.out.WriteString(",")
			}
			r.out.WriteString("\n" + margin + "  ")
			each(i)
		}
		if n > 0 {
			r.out.WriteString("\n" + margin)
		}
		r.out.WriteString(end)
	}
	switch {
	case v == nil:
		r.out.WriteString("null")
	case v.Object != nil:
		list("{", "}", len(v.Object.Members), func(i int) {
			m := v.Object.Members[i]
			r.out.WriteString(quoteJSON(m.Name) + ": ")
			r.json(m.Name, margin+"  ", m.Value)
		})
	case v.Array != nil:
		list("[", "]", len(v.Array.Items), func(i int) { r.json(where, margin+"  ", &v.Array.Items[i]) })
	case v.Text != nil:
		r.out.WriteString(quoteJSON(r.show(where, v.Text, r.digest)))
	default:
		r.out.WriteString(v.Literal)
	}
}

func quoteJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `"…"` // not reached: strings can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// digest computes a digest in a body.
func (r *dryReport) digest(p *abi.Part) (string, bool) {
	if p.Digest.Output == abi.EncodingRaw {
		return "", false
	}
	text, err := value.New(r, value.Limits{}).Bytes(&abi.Value{Parts: []abi.Part{*p}}, abi.MaxStateBytes)
	return string(text), err == nil
}

// headDigest computes a digest in a header or the query, which may cover the body.
func (r *dryReport) headDigest(q *abi.HTTPRequest, nonce string, p *abi.Part) (string, bool) {
	if p.Digest.Output == abi.EncodingRaw {
		return "", false
	}
	const name = "Digest"
	alone := &abi.HTTPRequest{Method: q.Method, URL: q.URL, Body: q.Body,
		Headers: []abi.NamedValue{{Name: name, Value: &abi.Value{Parts: []abi.Part{*p}}}}}
	made, err := value.New(r, value.Limits{}).Request(alone, nonce)
	if err != nil {
		return "", false
	}
	return made.Header.Get(name), true
}

// Secret implements [value.Sources] with the secrets that were given.
func (r *dryReport) Secret(name string) (value.Secret, bool) {
	text, ok := r.secrets[name]
	i := slices.IndexFunc(r.manifest.Secrets, func(s abi.SecretSpec) bool { return s.Name == name })
	if !ok || i < 0 {
		return value.Secret{}, false
	}
	return value.Secret{Text: []byte(text), Uses: r.manifest.Secrets[i].Uses}, true
}

// Blob implements [value.Sources] with the picture, unless it was fitted: then the fitted bytes are unknown.
func (r *dryReport) Blob(handle uint32) ([]byte, bool) {
	if handle != 0 || r.sent == nil || r.sent.Size != uint64(len(r.picture)) {
		return nil, false
	}
	return r.picture, true
}
