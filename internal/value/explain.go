package value

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// maxExplainBytes is about where Explain stops.
const maxExplainBytes = 64 << 10

// Explain writes a Value for a person, without evaluating it: literals as they are, secrets as {secret:name}, the picture as
// {image:base64}, other blobs as {blob 3:raw}, digests as {hmac-sha256:hex key=… data=…}, the body as {body}. It needs no
// Sources, takes any tree, and cuts long ones with "…". Literals can be somebody's data: this is for dry runs, not logs.
func Explain(v *abi.Value) string {
	e := explainer{depth: Limits{}.withDefaults().Depth}
	e.value(v, 0)
	return e.String()
}

type explainer struct {
	strings.Builder
	depth int
	cut   bool
}

func (e *explainer) value(v *abi.Value, depth int) {
	if v == nil || e.cut {
		return
	}
	if depth > e.depth {
		e.WriteString("…")
		return
	}
	for i := range v.Parts {
		if e.Len() > maxExplainBytes {
			e.WriteString("…")
			e.cut = true
			return
		}
		e.part(&v.Parts[i], depth)
		if e.cut {
			return
		}
	}
}

func (e *explainer) part(p *abi.Part, depth int) {
	switch {
	case p.Literal != nil:
		e.literal(p.Literal)
	case p.Secret != "":
		fmt.Fprintf(e, "{secret:%s}", p.Secret)
	case p.Blob != nil && p.Blob.Handle == 0:
		fmt.Fprintf(e, "{image:%s}", p.Blob.Encoding)
	case p.Blob != nil:
		fmt.Fprintf(e, "{blob %d:%s}", p.Blob.Handle, p.Blob.Encoding)
	case p.Digest != nil:
		e.digest(p.Digest, depth)
	case p.Body != nil:
		e.WriteString("{body}")
	default:
		e.WriteString("{unknown part}")
	}
}

func (e *explainer) literal(b []byte) {
	if !utf8.Valid(b) {
		fmt.Fprintf(e, "{%d bytes}", len(b))
		return
	}
	if room := max(maxExplainBytes-e.Len(), 0); len(b) > room {
		e.WriteString(strings.ToValidUTF8(string(b[:room]), ""))
		e.WriteString("…")
		e.cut = true
		return
	}
	e.Write(b)
}

func (e *explainer) digest(d *abi.Digest, depth int) {
	name := useName(d.Algorithm, d.Key != nil)
	if name == "" {
		name = "unknown algorithm"
	}
	fmt.Fprintf(e, "{%s:%s", name, d.Output)
	if d.Key != nil {
		e.WriteString(" key=")
		e.value(d.Key, depth+1)
	}
	e.WriteString(" data=")
	e.value(d.Data, depth+1)
	e.WriteString("}")
}
