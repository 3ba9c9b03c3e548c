package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// language is a language that `plugin new` supports.
type language struct {
	Title   string // its usual name
	Adapter string // the file to edit
	Needs   string // the tools that build it
	layers  []layer
	next    []string // what to run in the new folder
}

// layer is a folder of the templates or of the examples whose files are copied.
type layer struct {
	folder  string
	example bool
}

// languages returns all languages. The made-up vendor, its manifest and its golden exchanges are the same in each.
func languages() map[string]language {
	with := func(example string) []layer {
		return []layer{{folder: "vendor"}, {folder: "provider-other"}, {folder: example}, {folder: example, example: true}}
	}
	next := []string{"ocrmux plugin test .", "ocrmux plugin build ."}
	return map[string]language{
		"go": {
			Title: "Go", Adapter: "adapter.go", Needs: "Go",
			layers: []layer{{folder: "vendor"}, {folder: "provider-go"}},
			next:   []string{"go mod tidy", "go test .", "ocrmux plugin build ."},
		},
		"c":    {Title: "C", Adapter: "adapter.c", Needs: "clang and lld", layers: with("provider-c"), next: next},
		"rust": {Title: "Rust", Adapter: "src/lib.rs", Needs: "cargo, and rustc with the target wasm32-unknown-unknown", layers: with("provider-rust"), next: next},
		"assemblyscript": {
			Title: "AssemblyScript", Adapter: "assembly/adapter.ts", Needs: "Node.js 20 or newer, and once `npm ci`",
			layers: with("provider-assemblyscript"), next: append([]string{"npm ci"}, next...),
		},
	}
}

// languageOf returns the language of the flags. It fails if flags do not apply to it.
func languageOf(f newFlags) (language, error) {
	all := languages()
	l, ok := all[f.lang]
	if !ok {
		return l, fmt.Errorf("--lang is %q; write one of %s", f.lang, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	if f.lang == "go" {
		return l, nil
	}
	for name, value := range map[string]string{"--module": f.module, "--sdk": f.sdk} {
		if value != "" {
			return l, fmt.Errorf("%s is for Go only, but --lang is %s: a provider in %s needs only the files in its folder", name, f.lang, l.Title)
		}
	}
	return l, nil
}
