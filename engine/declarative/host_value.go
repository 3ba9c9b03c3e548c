package declarative

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// usePlain is the use of a secret that is sent as it is.
const usePlain = "plain"

// hostSource compiles what only the host can say. What it gives has no text, but for facts about the picture.
func (c *compiler) hostSource(e *expression, name string, s scope) *compiled {
	if !s.host && name != "image" {
		return new(compiled) // the caller says what is wrong
	}
	part := func(p abi.Part) *compiled {
		return &compiled{parts: func(r *run, v *abi.Value) { appendPart(r, v, p) }}
	}
	switch name {
	case "secret":
		c.checkSecret(e.Secret, s.use)
		return part(abi.Part{Secret: e.Secret.s})
	case "body":
		if s.body {
			c.fail(e.Body.place, "the body cannot be part of itself, want it in a header or the query")
		}
		return part(abi.Part{Body: new(abi.BodyBytes)})
	case "image":
		return c.image(e.Image, s)
	case "parameters":
		return c.parameters(e, s)
	}
	return c.digest(e, name, s)
}

// encodings returns how the picture can be written.
func encodings() map[string]abi.Encoding {
	return map[string]abi.Encoding{"raw": abi.EncodingRaw, "base64": abi.EncodingBase64, "base64_percent": abi.EncodingBase64Percent}
}

func (c *compiler) image(w *word, s scope) *compiled {
	if text := imageText(w.s); text != nil {
		c.needStart(s)
		return &compiled{text: text}
	}
	if !c.oneOf(w, "raw", "base64", "base64_percent", "url", "format", "size") {
		return constant("")
	}
	encoding := encodings()[w.s]
	return &compiled{parts: func(r *run, v *abi.Value) {
		appendPart(r, v, abi.Part{Blob: &abi.Blob{Encoding: encoding}})
	}}
}

// checkSecret holds a secret to the manifest.
func (c *compiler) checkSecret(w *word, use string) {
	var names []string
	for _, spec := range c.manifest.Secrets {
		if names = append(names, spec.Name); spec.Name != w.s {
			continue
		}
		if use != "" && !slices.Contains(spec.Uses, use) {
			c.fail(w.place, "the secret %q is used as %s here, but its uses in the manifest are %s: add it there, or use it otherwise",
				w.s, use, strings.Join(spec.Uses, ", "))
		}
		return
	}
	if len(names) == 0 {
		c.fail(w.place, "the manifest declares no secrets, and so no %q", w.s)
		return
	}
	c.fail(w.place, "the manifest declares no secret %q, %s", w.s, among(w.s, names))
}

// digest compiles a hash, an HMAC or a signature.
func (c *compiler) digest(e *expression, name string, s scope) *compiled {
	word := map[string]*word{"hash": e.Hash, "hmac": e.HMAC, "sign": e.Sign}[name]
	known := []string{"md5", "sha1", "sha256", "sha512", "sm3"}
	if name == "sign" {
		known = []string{"rsa-sha256"}
	}
	var algorithm abi.Algorithm
	if !c.oneOf(word, known...) || algorithm.UnmarshalText([]byte(strings.ReplaceAll(word.s, "-", "_"))) != nil {
		return new(compiled)
	}
	s.host, s.use = true, word.s
	if name == "hmac" {
		s.use = "hmac-" + word.s
	}
	if e.Data == nil {
		c.fail(e.place, "lacks \"data\": what to digest")
		return new(compiled)
	}
	data := c.text(e.Data, s)
	var key *compiled
	if name != "hash" {
		if e.Key == nil {
			c.fail(e.place, "lacks \"key\"")
			return new(compiled)
		}
		key = c.text(e.Key, s)
	}
	output := c.output(e.Output)
	return &compiled{parts: func(r *run, v *abi.Value) {
		d := &abi.Digest{Algorithm: algorithm, Data: data.value(r), Output: output}
		if key != nil {
			d.Key = key.value(r)
		}
		appendPart(r, v, abi.Part{Digest: d})
	}}
}

func (c *compiler) output(w *word) abi.Encoding {
	outputs := map[string]abi.Encoding{"hex": abi.EncodingHex, "hex_upper": abi.EncodingHexUpper, "base64": abi.EncodingBase64, "raw": abi.EncodingRaw}
	if w == nil || !c.oneOf(w, "hex", "hex_upper", "base64", "raw") {
		return abi.EncodingHex
	}
	return outputs[w.s]
}

// parameters compiles all parameters of the request but those made of all others.
func (c *compiler) parameters(e *expression, s scope) *compiled {
	if !s.request {
		c.fail(e.place, "there is no request here")
	}
	c.oneOf(e.Parameters, "sorted", "listed")
	c.combines++
	sorted, assign, between := e.Parameters.s == "sorted", e.Assign.text(), e.Between.text()
	return &compiled{parts: func(r *run, v *abi.Value) {
		for i, p := range r.request.others(r, sorted) {
			if i > 0 {
				constant(between).put(r, v)
			}
			constant(p.Name+assign).put(r, v)
			mergeParts(v, p.Value.Parts)
		}
	}}
}

// mergeParts appends parts; texts that follow each other become one.
func mergeParts(v *abi.Value, parts []abi.Part) {
	for _, p := range parts {
		if n := len(v.Parts); p.Literal != nil && n > 0 && v.Parts[n-1].Literal != nil {
			v.Parts[n-1].Literal = append(v.Parts[n-1].Literal, p.Literal...)
			continue
		}
		v.Parts = append(v.Parts, p)
	}
}

// index returns the pointer to an item of a list.
func index(i int) string { return "/" + strconv.Itoa(i) }

// keyNode returns the node of a key of a mapping.
func keyNode(p place, key string) *yamltree.Node {
	for _, k := range p.node.Keys {
		if k.Scalar == key {
			return k
		}
	}
	return p.node
}
