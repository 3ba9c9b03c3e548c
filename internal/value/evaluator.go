package value

import (
	"encoding/base64"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Evaluator evaluates the trees of one attempt. It remembers the base64 of pictures between requests of the attempt where
// that was needed in memory. Not safe for concurrent use; the streams it makes are.
type Evaluator struct {
	src    Sources
	limits Limits
	base64 map[uint32][]byte
}

// New returns an Evaluator.
func New(src Sources, limits Limits) *Evaluator {
	return &Evaluator{src: src, limits: limits.withDefaults(), base64: make(map[uint32][]byte)}
}

// Bytes evaluates a small Value by itself: a digest to sign, an expected proof. A result over limit bytes is
// KindTooLarge. A nil Value is empty; secrets outside digests need the use "plain".
func (e *Evaluator) Bytes(v *abi.Value, limit int64) ([]byte, error) {
	r, err := e.alone(v)
	if err != nil {
		return nil, err
	}
	return r.bytes(v, UsePlain, limit, "what was asked for")
}

// Stream evaluates a Value by itself, up to Limits.BodyBytes.
func (e *Evaluator) Stream(v *abi.Value) (Stream, error) {
	r, err := e.alone(v)
	if err != nil {
		return Stream{}, err
	}
	b := builder{limit: e.limits.BodyBytes, name: "Limits.BodyBytes"}
	if err := r.value(&b, v, UsePlain); err != nil {
		return Stream{}, err
	}
	return b.stream(), nil
}

func (e *Evaluator) alone(v *abi.Value) (*run, error) {
	r := e.newRun()
	return r, r.plan.value(v, UsePlain, 0)
}

// run is one evaluation: of a request, or of a Value alone.
type run struct {
	*Evaluator
	plan    plan
	hashed  int64 // of Limits.DigestBytes
	body    Stream
	bodySum map[abi.Algorithm][]byte // plain digests of exactly the body, which headers and the text to sign often share
}

func (e *Evaluator) newRun() *run {
	return &run{Evaluator: e, plan: plan{src: e.src, limits: e.limits}}
}

// bytes evaluates into memory, up to a limit of that name.
func (r *run) bytes(v *abi.Value, use string, limit int64, name string) ([]byte, error) {
	b := builder{limit: limit, name: name}
	if err := r.value(&b, v, use); err != nil {
		return nil, err
	}
	if len(b.pieces) == 0 {
		return slices.Clip(b.text), nil
	}
	s := b.stream()
	out := make(sliceWriter, 0, s.Len)
	_, err := s.WriteTo(&out)
	return out, err
}

// sliceWriter is a bytes.Buffer of known size.
type sliceWriter []byte

func (w *sliceWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// value writes a Value that the plan found good.
func (r *run) value(b *builder, v *abi.Value, use string) error {
	if v == nil {
		return nil
	}
	for i := range v.Parts {
		if err := r.part(b, &v.Parts[i], use); err != nil {
			return inItem(err, "parts", i)
		}
	}
	return nil
}

func (r *run) part(b *builder, p *abi.Part, use string) error {
	switch {
	case p.Literal != nil:
		return b.add(p.Literal, abi.EncodingRaw)
	case p.Secret != "":
		text, err := lookup(r.src, p.Secret, use)
		if err != nil {
			return err
		}
		return b.add(text, abi.EncodingRaw)
	case p.Blob != nil:
		return r.blob(b, p.Blob)
	case p.Digest != nil:
		sum, err := r.digest(p.Digest)
		if err != nil {
			return in(err, "digest")
		}
		return b.add(sum, p.Digest.Output)
	default:
		return r.bodyBytes(b)
	}
}

func (r *run) blob(b *builder, blob *abi.Blob) error {
	data, ok := r.src.Blob(blob.Handle)
	if !ok {
		return fail(KindUnknownBlob, "the host no longer holds anything under handle %d", blob.Handle)
	}
	if blob.Encoding != abi.EncodingBase64 && blob.Encoding != abi.EncodingBase64Percent || len(data) <= inlineBytes {
		return b.add(data, blob.Encoding)
	}
	text, done := r.base64[blob.Handle]
	if !done && r.plan.shared(blob.Handle) {
		if err := b.fits(int64(base64.StdEncoding.EncodedLen(len(data)))); err != nil {
			return err
		}
		text, done = appendEncoded(nil, abi.EncodingBase64, data), true
		r.base64[blob.Handle] = text
	}
	switch {
	case !done:
		return b.add(data, blob.Encoding)
	case blob.Encoding == abi.EncodingBase64Percent:
		return b.put(piece{data: text, esc: [2]escape{escapeForm, b.esc}})
	default:
		return b.addBase64(text)
	}
}

// bodyBytes puts the body itself into a digest or a header; into an escaped place it goes through memory.
func (r *run) bodyBytes(b *builder) error {
	if b.esc == escapeNone {
		return b.splice(r.body)
	}
	if err := b.fits(r.body.Len); err != nil {
		return err
	}
	text := make(sliceWriter, 0, r.body.Len)
	if _, err := r.body.WriteTo(&text); err != nil {
		return err
	}
	return b.add(text, abi.EncodingRaw)
}
