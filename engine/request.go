package engine

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// Request asks for one document to be read. Only Picture is required.
type Request struct {
	Picture Picture
	// Document to look for; empty means "cn.idcard".
	Document string
	// Side is a hint. Providers that find the side themselves ignore it.
	Side Side
	// Extras that are wanted beyond the fields, such as "portrait".
	Extras []string
	// Route to take; empty means DefaultRoute.
	Route string
	// Provider that alone is asked, without a route; empty means that the route decides.
	Provider string
	// Options are passed to the plugins as they are: texts, numbers, booleans, lists and maps.
	Options map[string]any
	// Fetch has the engine download a picture that is given by URL even for a provider that accepts URLs. PassURL is the opposite: only
	// providers that download it themselves are asked.
	Fetch, PassURL bool
	// Tenant on whose behalf the call is made. Budgets are per tenant, and tenants share neither calls nor cached results.
	Tenant string
	// Fields, Signals and Labels that a provider must have to be asked: fields and signals by their standard names, as its manifest lists them,
	// labels as the operator has given them.
	Fields, Signals, Labels []string

	options []abi.Leaf // instead of Options, in the engine's own copy
}

// own returns a copy that shares nothing that its caller may change. A call can outlive its caller, for others that wait for it or for its
// bill.
func (r Request) own() Request {
	r.options, r.Options = leaf.FromMap(r.Options), nil
	for _, list := range []*[]string{&r.Extras, &r.Fields, &r.Signals, &r.Labels} {
		*list = slices.Clone(*list)
	}
	return r
}

// Picture says where a picture comes from. Bytes, Given, File, Reader and URL return one.
type Picture struct {
	open func(limit int64) ([]byte, error)
	url  string
}

// Bytes returns a picture in memory. The call copies it; it must not change until the call returns.
func Bytes(b []byte) Picture {
	return Picture{open: func(limit int64) ([]byte, error) { return bytes.Clone(b[:min(int64(len(b)), limit+1)]), nil }}
}

// Given returns a picture in memory that is not copied. Nobody may change it any more, not even after the call.
func Given(b []byte) Picture {
	return Picture{open: func(int64) ([]byte, error) { return b, nil }}
}

// File returns a picture in a regular file; for a pipe or a device use Reader. Its format is found by its content.
func File(path string) Picture {
	return Picture{open: func(limit int64) ([]byte, error) {
		f, size, err := boundedread.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // opened for reading
		return readAll(f, size, limit)
	}}
}

// Reader returns a picture that is read once, up to the engine's limit. A request with it can be made only once.
func Reader(r io.Reader) Picture {
	return Picture{open: func(limit int64) ([]byte, error) { return readAll(r, -1, limit) }}
}

// URL returns a picture at an http or https URL. A provider that accepts URLs gets the URL. For all others the engine downloads the picture, from
// public addresses and from those in Config.FetchAllow.
func URL(u string) Picture { return Picture{url: u} }

// readAll reads at most one byte more than limit, so that the caller can tell that the picture is too large. size is the expected
// length, or negative.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, fmt.Errorf("the picture has %d bytes, at most %d are allowed", size, limit)
	}
	r = io.LimitReader(r, limit+1)
	if size < 0 {
		return io.ReadAll(r)
	}
	b := make([]byte, size)
	n, err := io.ReadFull(r, b)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	return b[:n], nil
}
