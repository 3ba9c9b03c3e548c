package distribution

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// Media types of an artifact and its parts.
const (
	ArtifactType   = "application/vnd.ocrmux.plugin.v1"
	configType     = "application/vnd.ocrmux.plugin.manifest.v1+json"
	signatureType  = "application/vnd.ocrmux.plugin.signature.v1+json"
	moduleType     = "application/vnd.ocrmux.plugin.module.v1+wasm"
	providerType   = "application/vnd.ocrmux.plugin.provider.v1+yaml"
	executableType = "application/vnd.ocrmux.plugin.executable.v1"
	// platformKey is the annotation with the platform of an executable, such as "linux/amd64".
	platformKey = "vnd.ocrmux.plugin.platform"
)

// Limits of a pull.
const (
	maxArtifactBytes = 1 << 20
	maxPluginBytes   = 512 << 20 // as in the catalog
	maxLayers        = 2
)

// codeType returns the media type of the layer with the plugin's file.
func codeType(k catalog.Kind) (string, bool) {
	switch k {
	case catalog.WASM:
		return moduleType, true
	case catalog.Declarative:
		return providerType, true
	case catalog.Process:
		return executableType, true
	}
	return "", false
}

// kindOf returns the kind of a plugin from the media type of its layer.
func kindOf(mediaType string) (catalog.Kind, bool) {
	for _, k := range []catalog.Kind{catalog.WASM, catalog.Declarative, catalog.Process} {
		if t, _ := codeType(k); t == mediaType {
			return k, true
		}
	}
	return "", false
}

// names are the file names of a plugin. An empty name means that there is no such file.
type names struct{ code, manifest, signature string }

func namesOf(plugin string, k catalog.Kind) names {
	n := names{code: plugin}
	switch k {
	case catalog.WASM:
		n.code += ".wasm"
	case catalog.Declarative:
		n.code += abi.ProviderSuffix
	case catalog.Process:
		n.manifest = plugin + abi.ManifestSuffix
	}
	n.signature = n.code + trust.SignatureSuffix
	return n
}

func (n names) all() []string {
	return slices.DeleteFunc([]string{n.code, n.manifest, n.signature}, func(s string) bool { return s == "" })
}

// blob is content with its descriptor.
type blob struct {
	ocispec.Descriptor
	content []byte
}

func newBlob(mediaType, title string, content []byte) blob {
	d := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(content), Size: int64(len(content))}
	if title != "" {
		d.Annotations = map[string]string{ocispec.AnnotationTitle: title}
	}
	return blob{d, content}
}

// artifact is a plugin in the form of a registry. It depends only on the files, the platform and the time.
type artifact struct {
	manifest blob
	blobs    []blob // config and layers
}

// pack returns the artifact of a plugin. The signature may be nil.
func pack(p catalog.Plugin, signature []byte, platform Platform, created time.Time) (artifact, error) {
	media, ok := codeType(p.Kind)
	if !ok {
		return artifact{}, fmt.Errorf("plugins of kind %s cannot be pushed", p.Kind)
	}
	config, err := configOf(p)
	if err != nil {
		return artifact{}, err
	}
	n := namesOf(p.Manifest.Name, p.Kind)
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: ArtifactType,
		Annotations: map[string]string{
			ocispec.AnnotationTitle: p.Manifest.Name, ocispec.AnnotationVersion: p.Manifest.Version,
			ocispec.AnnotationCreated: created.UTC().Format(time.RFC3339),
		},
	}
	if platform != (Platform{}) {
		m.Annotations[platformKey] = platform.String()
	}
	a := artifact{blobs: []blob{newBlob(configType, "", config), newBlob(media, n.code, p.Code)}}
	if signature != nil {
		a.blobs = append(a.blobs, newBlob(signatureType, n.signature, signature))
	}
	m.Config = a.blobs[0].Descriptor
	for _, layer := range a.blobs[1:] {
		m.Layers = append(m.Layers, layer.Descriptor)
	}
	text, err := json.Marshal(m)
	if err != nil {
		return artifact{}, err
	}
	a.manifest = newBlob(ocispec.MediaTypeImageManifest, "", text)
	return a, nil
}

// configOf returns the artifact's config: the manifest file if there is one, or else the manifest as JSON.
func configOf(p catalog.Plugin) ([]byte, error) {
	if p.ManifestFile != nil {
		return p.ManifestFile, nil
	}
	return json.Marshal(p.Manifest)
}

// sameManifest reports whether an artifact's config is the manifest of the plugin in it.
func sameManifest(config []byte, p catalog.Plugin) bool {
	d, err := manifest.Parse(config)
	if err != nil {
		return false
	}
	a, err1 := json.Marshal(d)
	b, err2 := json.Marshal(p.Manifest)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}

// contents are the parts of an artifact in a registry.
type contents struct {
	kind                    catalog.Kind
	config, code, signature ocispec.Descriptor // signature is zero if there is none
}

// parse parses an artifact's manifest and checks its form and sizes, before anything else is downloaded.
func parse(text []byte) (contents, error) {
	var m ocispec.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return contents{}, fmt.Errorf("its manifest is not JSON: %w", err)
	}
	if m.ArtifactType != ArtifactType || m.Config.MediaType != configType {
		return contents{}, fmt.Errorf("it is not a plugin, but %q", m.ArtifactType)
	}
	if len(m.Layers) == 0 || len(m.Layers) > maxLayers {
		return contents{}, fmt.Errorf("it has %d layers, want 1 or %d", len(m.Layers), maxLayers)
	}
	kind, ok := kindOf(m.Layers[0].MediaType)
	if !ok {
		return contents{}, fmt.Errorf("its first layer has the unknown type %q: upgrade ocrmux", m.Layers[0].MediaType)
	}
	c := contents{kind: kind, config: m.Config, code: m.Layers[0]}
	if len(m.Layers) > 1 {
		c.signature = m.Layers[1]
		if c.signature.MediaType != signatureType {
			return contents{}, fmt.Errorf("its second layer is %q, not a signature", c.signature.MediaType)
		}
	}
	for _, part := range []struct {
		what string
		d    ocispec.Descriptor
		most int64
	}{{"manifest", c.config, abi.MaxManifestBytes}, {"file", c.code, maxPluginBytes}, {"signature", c.signature, trust.MaxSignatureBytes}} {
		if part.d.Size < 0 || part.d.Size > part.most {
			return contents{}, fmt.Errorf("the plugin's %s has %d bytes; the limit is %d", part.what, part.d.Size, part.most)
		}
	}
	return c, nil
}

// platformOf returns the platform in an artifact's manifest, the zero value if there is none.
func platformOf(text []byte) (Platform, error) {
	var m struct{ Annotations map[string]string }
	if err := json.Unmarshal(text, &m); err != nil {
		return Platform{}, err
	}
	if m.Annotations[platformKey] == "" {
		return Platform{}, nil
	}
	return ParsePlatform(m.Annotations[platformKey])
}
