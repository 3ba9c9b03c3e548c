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

// maxPluginBytes bounds the file of a plugin, as the catalog does.
const maxPluginBytes = 512 << 20

// Plugin is what a plugin file says of itself.
type Plugin struct {
	File string       `json:"file"`
	Kind catalog.Kind `json:"kind"`
	// Size of the file in bytes.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	// Imports of a module, as "module.name".
	Imports  []string        `json:"imports,omitempty"`
	Manifest *abi.Descriptor `json:"manifest"`
	// Signature beside the file, and in words what the lock of its folder makes of it.
	Signature Signature `json:"signature"`
	Lock      string    `json:"lock"`
	// Problems that keep this host from using the plugin; none when it can.
	Problems []string `json:"problems,omitempty"`
}

// File reads a module, a provider file, or an executable beside its manifest. It fails when the file cannot be read or has no readable
// manifest; everything that is wrong beyond that is in Problems.
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
		p.lines(declarative.Check(filepath.Base(path), code)) // its manifest, too
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

// manifestText finds the manifest and, for a module, its imports.
func (p *Plugin) manifestText(path string, code []byte) ([]byte, error) {
	if strings.HasSuffix(path, abi.ProviderSuffix) {
		p.Kind = catalog.Declarative
		root, problems := yamltree.Read(code)
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
			return nil, fmt.Errorf("%s is no WebAssembly module, and the manifest of an executable cannot be read: %w", path, err)
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

// lines notes each problem of a provider file.
func (p *Plugin) lines(err error) {
	if err != nil {
		p.Problems = append(p.Problems, strings.Split(err.Error(), "\n")...)
	}
}

// problem notes an error, or each of several.
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
