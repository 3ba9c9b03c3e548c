package conform

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/value"
	"github.com/ocrmux/ocrmux/sdk"
)

// redaction replaces data of the account and of the card in the answers of a real call.
type redaction struct {
	subject   *Subject
	recording Recording
	// read are the fields as the vendor wrote them, and normal their normalised values.
	read     map[string]string
	normal   map[string]idcard.Field
	replaced []string
}

func newRedaction(s *Subject, r Recording, live *track) *redaction {
	red := &redaction{subject: s, recording: r, read: map[string]string{}}
	if last := live.last(); last.Done != nil {
		for _, f := range last.Done.Fields {
			red.read[f.Name] = f.Text
		}
	}
	red.normal = idcard.Normalize(red.read)
	return red
}

// answer returns an answer in the form to record.
func (r *redaction) answer(ctx context.Context, section string, a tapped) (answer, error) {
	out := answer{status: int(a.response.Status), header: http.Header{}}
	contentType := ""
	for _, h := range a.response.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		if name == "Content-Type" {
			contentType = h.Value
		}
		if name == "Content-Type" || name == "Retry-After" || slices.ContainsFunc(r.recording.Headers, func(kept string) bool { return strings.EqualFold(kept, name) }) {
			out.header.Add(name, r.identifiers(h.Value))
		}
	}
	if out.body = string(a.response.Body); !utf8.ValidString(out.body) {
		return out, fmt.Errorf("%w: the answer is not UTF-8", ErrNotRecorded)
	}
	flat, err := leaf.Flatten(contentType, a.response.Body, leaf.Options{})
	if err != nil {
		return out, fmt.Errorf("%w: the answer cannot be read: %w", ErrNotRecorded, err)
	}
	to := map[string]string{}
	for _, l := range flat.Leaves {
		text := l.Value
		if l.Handle != 0 {
			text = string(flat.Blobs[l.Handle-1])
		}
		next, why := r.leaf(ctx, a, l, text)
		if next == text {
			continue
		}
		to[l.Path] = next
		r.replaced = append(r.replaced, fmt.Sprintf("%s %s (%s)", section, l.Path, why))
	}
	switch flat.Format {
	case abi.BodyFormatJSON:
		out.body, _ = editJSON(out.body, func(pointer, _ string, _ bool) (string, bool) { next, ok := to[pointer]; return next, ok })
	case abi.BodyFormatXML:
		out.body = editXML(out.body, flat, to)
	case abi.BodyFormatEmpty, abi.BodyFormatText:
		return out, nil
	default:
		return out, fmt.Errorf("%w: answers in the format %s are not recorded", ErrNotRecorded, flat.Format)
	}
	return out, holds(contentType, out.body, to)
}

// holds returns an error if a replacement is not in its place.
func holds(contentType, body string, to map[string]string) error {
	flat, err := leaf.Flatten(contentType, []byte(body), leaf.Options{MaxInline: len(body) + 1})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	for _, l := range flat.Leaves {
		if next, ok := to[l.Path]; ok && l.Value != next {
			return fmt.Errorf("%w: a text of the answer cannot be replaced", ErrNotRecorded) // no pointer: names of members may be fields of the card
		}
	}
	return nil
}

// editXML replaces the texts of elements and attributes.
func editXML(body string, flat leaf.Answer, to map[string]string) string {
	for _, l := range flat.Leaves {
		next, ok := to[l.Path]
		if !ok {
			continue
		}
		was := l.Value
		if l.Handle != 0 {
			was = string(flat.Blobs[l.Handle-1])
		}
		for _, around := range [][2]string{{">", "<"}, {`"`, `"`}, {"<![CDATA[", "]]>"}} {
			body = strings.Replace(body, around[0]+escapedXML(was)+around[1], around[0]+escapedXML(next)+around[1], 1)
		}
	}
	return body
}

func escapedXML(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer returns no error
	return b.String()
}

// leaf returns the replacement of a leaf and the reason.
func (r *redaction) leaf(ctx context.Context, a tapped, l abi.Leaf, text string) (next, why string) {
	for _, c := range a.capture {
		if c.Pointer == l.Path {
			return dummyOf(c.Secret), "token"
		}
	}
	switch {
	case text == "" || l.Type != abi.LeafTypeString && l.Type != abi.LeafTypeNumber:
		return text, ""
	case len(a.capture) > 0 && l.Type == abi.LeafTypeString:
		return scramble(text), "beside a token"
	}
	fields, extra := r.feeds(ctx, a, l)
	switch {
	case len(fields) == 1:
		return r.specimen(fields[0], text), fields[0]
	case len(fields) > 1:
		return r.substitute(text), strings.Join(fields, ", ")
	}
	if next = r.identifiers(r.substitute(text)); next != text {
		return next, "repeats a field or an identifier"
	}
	if extra && strings.ContainsFunc(text, isHan) || meaningful(text, l.Type) {
		return scramble(text), "a long text or number"
	}
	return text, ""
}

// feeds returns the fields that depend on a leaf, and whether an extra does: those that change when the leaf changes.
func (r *redaction) feeds(ctx context.Context, a tapped, l abi.Leaf) (fields []string, extra bool) {
	was := r.subject.ask(ctx, r.subject.main, a.step, nil).action()
	changed := new(abi.StepRequest)
	_ = changed.UnmarshalWire(a.step.AppendWire(nil)) // a copy
	for i := range changed.Response.Leaves {
		if c := &changed.Response.Leaves[i]; c.Path == l.Path {
			c.Value = scramble(l.Value)
			if c.Value == l.Value {
				c.Value += "0"
			}
		}
	}
	is := r.subject.ask(ctx, r.subject.main, changed, nil).action()
	if was == nil || is == nil || was.Done == nil || is.Done == nil {
		return nil, false
	}
	text := func(d *abi.Done) map[string]string {
		out := map[string]string{}
		for _, f := range d.Fields {
			out[f.Name] = f.Text
		}
		return out
	}
	before, after := text(was.Done), text(is.Done)
	for _, name := range sortedKeys(before) {
		if before[name] != after[name] {
			fields = append(fields, name)
		}
	}
	return fields, !slices.Equal(was.Done.Extras, is.Done.Extras)
}

// substitute replaces fields of the card that a longer text repeats.
func (r *redaction) substitute(text string) string {
	for _, name := range sortedKeys(r.read) {
		for _, was := range r.forms(name) {
			text = strings.ReplaceAll(text, was, r.specimen(name, was))
		}
	}
	return text
}

// forms returns the texts of a field that must not be in a recording, the longest first. Sex and 民族 have too few values
// to identify anybody.
func (r *redaction) forms(name string) []string {
	if name == sdk.Sex || name == sdk.Ethnicity {
		return nil
	}
	out := []string{r.read[name]}
	add := func(f idcard.Field) {
		out = append(out, f.Value, strings.ReplaceAll(f.Value, "-", ""), strings.ReplaceAll(f.Value, "-", "."))
	}
	if add(r.normal[name]); name == sdk.Validity {
		add(r.normal[sdk.ValidFrom])
		add(r.normal[sdk.ValidUntil])
	}
	out = slices.DeleteFunc(out, func(s string) bool { return utf8.RuneCountInString(s) < 2 || s == "长期" })
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(out)
}

// identifiers replaces the account's identifiers, which the host does not mask.
func (r *redaction) identifiers(text string) string {
	for _, name := range sortedKeys(r.recording.Secrets) {
		if was := r.recording.Secrets[name]; len(was) >= 4 {
			text = strings.ReplaceAll(text, was, dummyOf(name))
		}
	}
	return text
}

// search returns an error if a recording still contains a secret or a field.
func (r *redaction) search(text string) error {
	for _, name := range sortedKeys(r.recording.Secrets) {
		secret := []byte(r.recording.Secrets[name])
		if mask := value.NewMask(secret); len(secret) >= 4 && !bytes.Equal(mask.Bytes([]byte(text)), []byte(text)) {
			return fmt.Errorf("%w: the secret %s", ErrLeak, name)
		}
	}
	for _, name := range sortedKeys(r.read) {
		for _, was := range r.forms(name) {
			if strings.Contains(text, was) && r.specimen(name, was) != was {
				return fmt.Errorf("%w: the field %s", ErrLeak, name)
			}
		}
	}
	return nil
}
