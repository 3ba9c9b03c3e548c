package inspect

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/internal/boundedread"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// maxPluginBytes limits the size of a plugin file, as the catalog does.
const maxPluginBytes = 512 << 20

// Plugin describes a plugin file.
type Plugin struct {
	File string       `json:"file"`
	Kind catalog.Kind `json:"kind"`
	// Size of the file in bytes.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Imports of a module, as "module.name".
	Imports  []string        `json:"imports,omitempty"`
	Manifest *abi.Descriptor `json:"manifest"`
	// Signature describes the signature beside the file, and Lock what the lock of its folder says about it.
	Signature Signature `json:"signature"`
	Lock      string    `json:"lock"`
	// Problems are why this host cannot use the plugin. Empty means that it can.
	Problems []string `json:"problems,omitempty"`
}

// File reads a module, a provider file, or an executable beside its manifest. It fails if the file or its manifest cannot be read. All
// other errors are in Problems.
func File(path string) (*Plugin, error) {
	path = strings.TrimSuffix(path, abi.ManifestSuffix)
	code, err := boundedread.File(path, maxPluginBytes)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, boundedread.WithoutPath(err))
	}
	sum := sha256.Sum256(code)
	p := &Plugin{File: path, Kind: catalog.Process, Size: int64(len(code)), SHA256: hex.EncodeToString(sum[:])}
	text, err := p.manifestText(path, code)
	if err != nil {
		return nil, err
	}
	if p.Manifest, err = manifest.Parse(text); err != nil {
		return nil, fmt.Errorf("the manifest of %s: %w", path, err)
	}
	p.problem(manifest.Compatible(p.Manifest, abi.Major, abi.Minor, nil))
	if p.Kind == catalog.Declarative {
		p.lines(declarative.Check(filepath.Base(path), code)) // also checks the manifest
	} else {
		p.problem(manifest.Validate(p.Manifest))
	}
	plugin := catalog.Plugin{Kind: p.Kind, Path: path, Code: code, SHA256: sum, Manifest: p.Manifest}
	if p.Kind == catalog.Process {
		plugin.ManifestFile = text
	}
	p.Signature, p.Lock = SignatureOf(plugin), lockOf(plugin)
	return p, nil
}

// manifestText returns the manifest. For a module, it also sets the imports.
func (p *Plugin) manifestText(path string, code []byte) ([]byte, error) {
	if strings.HasSuffix(path, abi.ProviderSuffix) {
		p.Kind = catalog.Declarative
		root, problems := yamltree.Read(code, yamltree.Limits{})
		if err := yamltree.AsError(filepath.Base(path), problems); err != nil {
			return nil, err
		}
		if own := root.Get("manifest"); own != nil {
			return own.JSON(), nil
		}
		return nil, fmt.Errorf("%s lacks \"manifest\"", path)
	}
	if !bytes.HasPrefix(code, []byte("\x00asm")) {
		text, err := boundedread.File(path+abi.ManifestSuffix, abi.MaxManifestBytes)
		if err != nil {
			return nil, fmt.Errorf("%s is not a WebAssembly module, and the manifest of an executable cannot be read: %w", path, err)
		}
		return text, nil
	}
	p.Kind = catalog.WASM
	text, err := manifest.Extract(code)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if p.Imports, err = wasmImports(code); err != nil {
		p.Problems = append(p.Problems, "the module's imports cannot be read: "+err.Error())
	}
	exports, err := wasmExports(code)
	if err != nil {
		p.Problems = append(p.Problems, "the module's exports cannot be read: "+err.Error())
		return text, nil
	}
	p.problem(manifest.CheckMarker(slices.Values(exports)))
	return text, nil
}

// lines records each problem of a provider file.
func (p *Plugin) lines(err error) {
	if err != nil {
		p.Problems = append(p.Problems, strings.Split(err.Error(), "\n")...)
	}
}

// problem records an error, or each of several joined errors.
func (p *Plugin) problem(err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			p.problem(e)
		}
		return
	}
	if err != nil {
		p.Problems = append(p.Problems, err.Error())
	}
}
