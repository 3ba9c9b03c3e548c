package engine

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/value"
)

const (
	// bodyBeginning is how much of a body must come before memory is taken for the rest.
	bodyBeginning = 256 << 10
	// maxInlineInbound is shorter than for answers: no vendor takes an address of more than 1,024 bytes, and a picture has more.
	maxInlineInbound = 1024
)

// read reads the body and flattens it. Long texts stay in the body.
func (v *inboundCall) read(w http.ResponseWriter, r *http.Request) *Error {
	limit := 2 * v.gen.maxPictureBytes() // base64 and percent-encoding make it longer
	body, err := readBody(w, r, limit)
	v.hold(body)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, message.New(message.DoorBody, "reason", innermost(err)), err)
	}
	v.inbound = abi.InboundRequest{Method: r.Method, Path: r.URL.Path, BodySize: uint64(len(body))}
	v.inbound.Headers = headers(r.Header, value.Mask{})

	options := leaf.Options{Inbound: true, MaxInline: maxInlineInbound, MaxBytes: int(limit), FirstHandle: 1}
	query, err := leaf.FlattenQuery(literalPlus(r.URL.RawQuery), options)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, message.New(message.DoorQuery, "reason", message.Error(err)), err)
	}
	v.hold(query.Blobs...)
	options.FirstHandle = uint32(len(v.blobs))
	flat, err := leaf.Flatten(r.Header.Get("Content-Type"), body, options)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, message.New(message.DoorBody, "reason", message.Error(err)), err)
	}
	v.hold(flat.Blobs...)
	v.inbound.Query, v.inbound.Format, v.inbound.Leaves = query.Leaves, flat.Format, flat.Leaves
	return nil
}

// readBody reads a whole body into one piece of memory. A body that is said to be too large is rejected unread, and memory for a large one
// is taken only once its beginning has come.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, message.NewError(message.New(message.DoorBodyTooLarge, "size", r.ContentLength, "limit", limit), nil)
	}
	from := http.MaxBytesReader(w, r.Body, limit)
	if r.ContentLength < 0 {
		return io.ReadAll(from)
	}
	body := make([]byte, min(r.ContentLength, bodyBeginning))
	n, err := io.ReadFull(from, body)
	if err == nil && int64(n) < r.ContentLength {
		body = append(make([]byte, 0, r.ContentLength), body...)[:r.ContentLength]
		_, err = io.ReadFull(from, body[n:])
	}
	return body, err
}

// literalPlus keeps each plus of a query, as RFC 3986 has it. Clients that send base64 unescaped mean a plus; no client of these protocols
// escapes a space as a plus.
func literalPlus(query string) string { return strings.ReplaceAll(query, "+", "%2B") }

// admitted returns the picture of an admitted request. Base64 is decoded in place, so that a large picture is not held twice: the text is not
// needed any more once the proofs hold.
func (v *inboundCall) admitted(p *abi.InboundPicture) (Picture, *Error) {
	notBase64 := func() (Picture, *Error) {
		return Picture{}, failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message.New(message.DoorNotBase64), nil)
	}
	switch {
	case p == nil:
		return Picture{}, failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, message.New(message.DoorNoPicture), nil)
	case p.URL != "":
		return URL(p.URL), nil
	case p.Base64 != "":
		b, err := decodeInPlace([]byte(p.Base64))
		if err != nil {
			return notBase64()
		}
		return Given(b), nil
	case p.Blob != nil:
		b, ok := v.Blob(p.Blob.Handle)
		if !ok {
			return Picture{}, v.broken(message.New(message.HandleUnknown, "handle", p.Blob.Handle), nil)
		}
		if p.Blob.Encoding == abi.EncodingRaw {
			return Given(b), nil
		}
		b, err := decodeInPlace(b)
		if err != nil {
			return notBase64()
		}
		v.blobs[p.Blob.Handle] = nil
		return Given(b), nil
	}
	return Picture{}, v.broken(message.New(message.DoorEmptyPicture), nil)
}

// withinLimits opens a picture and checks it against the vendor's own limits. As at the vendor, nothing is fitted.
func (v *inboundCall) withinLimits(ctx context.Context, p *picture) *Error {
	limits := v.provider.plugin.Manifest.Images
	if limits != nil && limits.MaxURLBytes > 0 && len(p.from.url) > int(limits.MaxURLBytes) {
		return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message.New(message.DoorAddressLength, "limit", limits.MaxURLBytes), nil)
	}
	if f := v.gen.openPicture(ctx, p); f != nil {
		return f
	}
	_, f := v.gen.fit(ctx, p, limits, true)
	return f
}

// decodeInPlace decodes base64 over itself. It accepts what clients send: the prefix of a data URL, line breaks, missing padding, blanks where
// a form has lost a plus, and text that was percent-encoded once too often.
func decodeInPlace(b []byte) ([]byte, error) {
	b = bytes.TrimSpace(b)
	if bytes.HasPrefix(b, []byte("data:")) {
		if i := bytes.IndexByte(b[:min(len(b), 64)], ','); i > 0 {
			b = b[i+1:]
		}
	}
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if _, err := hex.Decode(b[i:i+1], b[i+1:i+3]); err != nil {
				return nil, err
			}
			c = b[i]
			i += 2
		}
		switch c {
		case '\r', '\n', '=':
			continue
		case ' ':
			c = '+'
		}
		b[n] = c
		n++
	}
	b = b[:n]
	const chunk = 4 << 10 // a multiple of 4
	var buf [chunk / 4 * 3]byte
	out := 0
	for in := 0; in < len(b); in += chunk {
		k, err := base64.RawStdEncoding.Decode(buf[:], b[in:min(in+chunk, len(b))])
		if err != nil {
			return nil, err
		}
		out += copy(b[out:], buf[:k])
	}
	return b[:out], nil
}
