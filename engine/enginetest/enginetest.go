// Package enginetest provides fake providers for the tests of programs that embed package engine.
//
// A fake provider is a Go function. Everything around it is the real engine: routes, budgets, normalisation, checks, attempts,
// failures and front doors of other plugins. No plugin is compiled and nothing is sent over a network.
//
//	e := enginetest.Open(t, enginetest.Provider{Name: "vendor", Respond: func(ctx context.Context, in enginetest.Input) enginetest.Output {
//		return enginetest.Output{Failure: &engine.Failure{Kind: engine.FailureRateLimited, Fault: engine.FaultVendor, FailOver: true}}
//	}}, enginetest.Provider{Name: "other"})
//	r, err := e.Recognize(ctx, engine.Request{Picture: enginetest.Picture()})
package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// Provider is a fake provider of the document cn.idcard.
type Provider struct {
	// Name of the provider and of its plugin: lower-case letters, digits, "-" and "_". Empty means "fake".
	Name string
	// Respond answers one attempt. It is called from several goroutines at once if calls are. nil answers every picture with
	// the fields of [Specimen].
	Respond func(ctx context.Context, in Input) Output
}

// Input is what a provider is asked for.
type Input struct {
	Document string
	// Side that the caller expects; the zero value if the caller did not say.
	Side engine.Side
	// Extras that the caller wants beyond the fields, such as "portrait".
	Extras []string
	// Options of the request, by JSON pointer.
	Options map[string]string
}

// Output is what the fake vendor answers: fields or a failure.
type Output struct {
	// Side that was read; the zero value means the side that was asked for.
	Side engine.Side
	// Fields by their standard names (see package idcard), as texts that were read from a card. Without any, and without a failure,
	// the attempt fails with engine.FailureUnreadable.
	Fields map[string]string
	// Billed of an attempt that read the document. The zero value is engine.BilledUnknown.
	Billed engine.Billed
	// Failure of the attempt; nil if the document was read. Its Billed is the attempt's.
	Failure *engine.Failure
}

// Specimen returns the fields of a synthetic card's front. Its number is valid, but assigned to nobody: no place has its region code.
func Specimen() map[string]string {
	const number = "99999919900307123"
	digit, err := idcard.ChecksumDigit(number)
	if err != nil {
		panic(err) // the number is a constant of 17 digits
	}
	return map[string]string{
		idcard.FieldName: "样本", idcard.FieldSex: "女", idcard.FieldEthnicity: "汉", idcard.FieldBirthDate: "1990年3月7日",
		idcard.FieldAddress: "样本省样本市样本路1号", idcard.FieldIDNumber: number + string(digit),
	}
}

// Picture returns a blank picture that the engine accepts.
func Picture() engine.Picture {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 856, 540))); err != nil {
		panic(err) // an encoder that writes to memory does not fail
	}
	return engine.Bytes(b.Bytes())
}

// Open returns an engine with the providers, and the default route over them in the order of their names. The engine is closed at
// the end of the test.
func Open(tb testing.TB, providers ...Provider) *engine.Engine {
	tb.Helper()
	e, err := engine.Open(tb.Context(), Config(tb, providers...))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(context.WithoutCancel(tb.Context())); err != nil {
			tb.Error(err)
		}
	})
	return e
}

// Config returns a configuration with the providers, to be changed before it is given to [engine.Open]: routes, budgets, prices,
// a clock. Without providers there is one with the name "fake". The configuration can be used once.
func Config(tb testing.TB, providers ...Provider) engine.Config {
	tb.Helper()
	if len(providers) == 0 {
		providers = []Provider{{}}
	}
	dir, r := tb.TempDir(), &runtime{providers: make(map[string]Provider)}
	cfg := engine.Config{Plugins: dir, Unlocked: true, Runtimes: []engine.Runtime{r}, Providers: make(map[string]engine.ProviderConfig)}
	for _, p := range providers {
		if p.Name == "" {
			p.Name = "fake"
		}
		code, err := plugin(p.Name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, p.Name+".wasm"), code, 0o600)
		}
		if err != nil {
			tb.Fatal(err)
		}
		r.providers[p.Name] = p
		cfg.Providers[p.Name] = engine.ProviderConfig{}
	}
	return cfg
}

// plugin returns a WebAssembly module without code that carries a provider's manifest: what the engine needs to find it.
func plugin(name string) ([]byte, error) {
	text, err := json.Marshal(map[string]any{
		"name": name, "version": "1.0.0", "abi": map[string]any{"major": abi.Major}, "description": "Fake provider for tests",
		"documents": []any{map[string]any{
			"document": idcard.Document, "sides": []string{"front", "back"}, "fields": idcard.FieldNames(), "extras": []string{"portrait", "rotation"},
		}},
		"hosts":   []string{"https://fake.invalid"},
		"secrets": []any{}, "images": map[string]any{"inputs": []string{"bytes"}},
	})
	if err != nil {
		return nil, err
	}
	return manifest.Embed([]byte("\x00asm\x01\x00\x00\x00"), text)
}

// done returns the action of a provider that read a card.
func done(in Input, out Output) *abi.Action {
	side := out.Side
	if side == abi.SideUnspecified {
		side = in.Side
	}
	d := &abi.Done{Side: side, Billed: out.Billed}
	for _, name := range idcard.FieldNames() {
		if text, ok := out.Fields[name]; ok {
			d.Fields = append(d.Fields, abi.Field{Name: name, Text: text})
		}
	}
	for name, text := range out.Fields {
		if !slices.Contains(idcard.FieldNames(), name) {
			d.Fields = append(d.Fields, abi.Field{Name: name, Text: text})
		}
	}
	return &abi.Action{Done: d}
}
