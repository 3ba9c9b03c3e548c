package engine

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// Request asks for one document to be read. Only Picture is needed.
type Request struct {
	Picture Picture
	// Document is what to look for; empty means "cn.idcard".
	Document string
	// Side is a hint; providers that find the side themselves ignore it.
	Side Side
	// Extras that are wanted beyond the fields, for example "portrait".
	Extras []string
	// Route to take; empty means "default". Provider, when set, is the only one tried and no route is.
	Route    string
	Provider string
	// Options are handed to the providers as they are.
	Options map[string]any
	// Fetch lets the engine download a picture given by URL even for a provider that accepts URLs. PassURL is the opposite: only
	// providers that fetch it themselves come into question.
	Fetch, PassURL bool
	// Tenant on whose behalf the call is made: budgets, shared calls and kept results are each tenant's own.
	Tenant string
	// Fields, Signals and Labels that a provider must have to come into question: fields and signals by their standard names, as its
	// manifest lists them, labels as the operator gave them.
	Fields, Signals, Labels []string

	options []abi.Leaf // Options of a request that is the engine's own
}

// own is a copy that shares nothing its caller may change: what a call began can outlive it, when others wait for it or its bill does.
func (r Request) own() Request {
	r.options, r.Options = leaf.FromMap(r.Options), nil
	for _, list := range []*[]string{&r.Extras, &r.Fields, &r.Signals, &r.Labels} {
		*list = slices.Clone(*list)
	}
	return r
}

// Picture is where a picture comes from. Make one with Bytes, Given, File, Reader or URL.
type Picture struct {
	open func(limit int64) ([]byte, error)
	url  string
}

// Bytes is a picture in memory, of which the call makes a copy. It must not change until the call returns.
func Bytes(b []byte) Picture {
	return Picture{open: func(limit int64) ([]byte, error) { return bytes.Clone(b[:min(int64(len(b)), limit+1)]), nil }}
}

// Given is a picture in memory that the caller gives away: no copy is made of it, and nobody may change it any more, not even after the
// call.
func Given(b []byte) Picture {
	return Picture{open: func(int64) ([]byte, error) { return b, nil }}
}

// File is a picture on disk; its name says nothing about its format.
func File(path string) Picture {
	return Picture{open: func(limit int64) ([]byte, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // opened for reading
		size := int64(-1)
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
		return readAll(f, size, limit)
	}}
}

// Reader is a picture that is read once, up to the engine's limit.
func Reader(r io.Reader) Picture {
	return Picture{open: func(limit int64) ([]byte, error) { return readAll(r, -1, limit) }}
}

// URL is a picture at an http or https address. A provider that accepts URLs is given the address; for all others the
// engine fetches it, from public addresses only unless Config.FetchAllow names the host.
func URL(u string) Picture { return Picture{url: u} }

// readAll reads at most one byte more than limit, so that a picture that is too large shows. size is the expected length,
// or negative.
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
