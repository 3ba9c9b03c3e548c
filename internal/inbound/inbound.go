// Package inbound shows requests to front doors the way the engine does, and holds what a client proves to its secrets. All of
// it is safe for concurrent use.
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

// Nonce is that of every visit, so that answers are the same in every run.
const Nonce = "0102030405060708090a0b0c0d0e0f10"

// maxInline is the longest text in bytes that a front door is shown; a longer one has a handle.
const maxInline = 1024

// Flatten is a request as a front door sees it, and the texts that are too long to be shown, by handle; 0 is the whole body. It
// fails for a request that the engine shows to no door.
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

// Client is an account at a front door, and what it sent.
type Client struct {
	secrets map[string]value.Secret
	blobs   [][]byte
}

// NewClient is a client with these secrets by name, of which each is good for the uses that its specification allows. The blobs
// are those of the request.
func NewClient(specs []abi.SecretSpec, secrets map[string]string, blobs [][]byte) Client {
	c := Client{secrets: make(map[string]value.Secret, len(specs)), blobs: blobs}
	for _, s := range specs {
		if text := secrets[s.Name]; text != "" {
			c.secrets[s.Name] = value.Secret{Text: []byte(text), Uses: s.Uses}
		}
	}
	return c
}

// Proves reports whether a proof holds. It fails when the client lacks what the expected value is made of.
func (c Client) Proves(p *abi.Proof) (bool, error) {
	// A header of a request with the same body: only there may a value speak of the body.
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

// Body evaluates the body of a door's answer, which speaks of no secret and no picture.
func Body(b *abi.Body) (value.Body, error) {
	return value.New(Client{}, value.Limits{}).Body(b, Nonce)
}
