package fetch

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"path"

	"github.com/ocrmux/ocrmux/plugins/local/internal/modelset"
)

//go:embed pinned.json
var pinnedJSON []byte

// Pinned is the list of packages to fetch.
type Pinned struct {
	// Models by tool, because the registries have different ones.
	Models map[Tool]Models `json:"models"`
	// Runtime is the ONNX Runtime library by platform (GOOS/GOARCH) and tool.
	Runtime map[string]map[Tool]Package `json:"runtime"`
}

// Models is one set of models with its description.
type Models struct {
	Manifest modelset.Manifest `json:"manifest"`
	Package  Package           `json:"package"`
}

// Package is one version of a registry's package and the files wanted from it.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"`
	// Platform is pip's name of the platform, for packages that depend on it.
	Platform string `json:"platform,omitempty"`
	Files    []File `json:"files"`
}

// File is one member of a package's archive.
type File struct {
	Member string `json:"member"`
	SHA256 string `json:"sha256"`
}

// Base is the file's name in the folder of models.
func (f File) Base() string { return path.Base(f.Member) }

// Load returns the list that is built into this program.
func Load() (*Pinned, error) {
	var p Pinned
	if err := json.Unmarshal(pinnedJSON, &p); err != nil {
		return nil, fmt.Errorf("read the list of pinned packages: %w", err)
	}
	return &p, nil
}

// bundle is everything that one tool fetches for one platform.
type bundle struct {
	manifest modelset.Manifest
	packages []Package
}

func (p *Pinned) bundle(t Tool, platform string) (bundle, error) {
	models, ok := p.Models[t]
	if !ok {
		return bundle{}, fmt.Errorf("no models are pinned for %s", t)
	}
	library, ok := p.Runtime[platform][t]
	if !ok || len(library.Files) != 1 {
		return bundle{}, fmt.Errorf("no ONNX Runtime library is pinned for %s: put one into the folder yourself, see docs/local.md", platform)
	}
	b := bundle{manifest: models.Manifest, packages: []Package{models.Package, library}}
	b.manifest.Library = library.Files[0].Base()
	return b, nil
}
