// Package inbound passes requests to front doors as the engine does, and checks a client's proofs, for tests and the
// conformance kit. It is safe for concurrent use.
package inbound

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/value"
)

// Nonce is the nonce of every inbound call, so that answers are the same in every run.
const Nonce = "0102030405060708090a0b0c0d0e0f10"

// maxInline is the longest text of a leaf in bytes. A longer text has a handle.
const maxInline = 1024

// Flatten returns a request in the form that a front door gets, and the texts that have a handle; handle 0 is the whole
// body. It returns an error for a request that the engine does not pass to a front door.
func Flatten(method string, u *url.URL, header http.Header, body []byte) (*abi.InboundRequest, [][]byte, error) {
	blobs := [][]byte{body}
	options := leaf.Options{Inbound: true, MaxInline: maxInline, FirstHandle: 1}
	query, err := leaf.FlattenQuery(strings.ReplaceAll(u.RawQuery, "+", "%2B"), options)
	if err != nil {
		return nil, nil, err
	}
	blobs = append(blobs, query.Blobs...)
	options.FirstHandle = uint32(len(blobs))
	form, err := leaf.Flatten(header.Get("Content-Type"), body, options)
	if err != nil {
		return nil, nil, err
	}
	blobs = append(blobs, form.Blobs...)
	in := &abi.InboundRequest{
		Method: method, Path: u.Path, Query: query.Leaves, Format: form.Format, Leaves: form.Leaves, BodySize: uint64(len(body)),
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, text := range header[name] {
			in.Headers = append(in.Headers, abi.Header{Name: strings.ToLower(name), Value: text})
		}
	}
	return in, blobs, nil
}

// Client is a client of a front door with its secrets and the blobs of its request.
type Client struct {
	secrets map[string]value.Secret
	blobs   [][]byte
}

// NewClient returns a client with secrets by name. specs allow the uses of each secret; a secret without one is left out.
// blobs are those of the request, by handle.
func NewClient(specs []abi.SecretSpec, secrets map[string]string, blobs [][]byte) Client {
	c := Client{secrets: make(map[string]value.Secret, len(specs)), blobs: blobs}
	for _, s := range specs {
		if text := secrets[s.Name]; text != "" {
			c.secrets[s.Name] = value.Secret{Text: []byte(text), Uses: s.Uses}
		}
	}
	return c
}

// Proves reports whether a proof holds. It returns an error if the client lacks a secret or blob of the expected value.
func (c Client) Proves(p *abi.Proof) (bool, error) {
	// The value is evaluated as a header of a request with the same body, because only headers may refer to the body.
	made, err := value.New(c, value.Limits{}).Request(&abi.HTTPRequest{
		Method: "POST", URL: "https://door.example/", Headers: []abi.NamedValue{{Name: "Expected", Value: p.Expected}},
		Body: &abi.Body{Raw: &abi.Value{Parts: []abi.Part{{Blob: &abi.Blob{}}}}},
	}, Nonce)
	if err != nil {
		return false, err
	}
	want := made.Header.Get("Expected")
	return want == p.Given || p.IgnoreCase && strings.EqualFold(want, p.Given), nil
}

// Secret implements [value.Sources].
func (c Client) Secret(name string) (value.Secret, bool) { v, ok := c.secrets[name]; return v, ok }

// Blob implements [value.Sources].
func (c Client) Blob(h uint32) ([]byte, bool) {
	if int(h) >= len(c.blobs) {
		return nil, false
	}
	return c.blobs[h], true
}

// Body evaluates the body of a front door's answer. It may not contain secrets and blobs.
func Body(b *abi.Body) (value.Body, error) {
	return value.New(Client{}, value.Limits{}).Body(b, Nonce)
}
