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

// The types of an artifact and of what it is made of.
const (
	ArtifactType   = "application/vnd.ocrmux.plugin.v1"
	configType     = "application/vnd.ocrmux.plugin.manifest.v1+json"
	signatureType  = "application/vnd.ocrmux.plugin.signature.v1+json"
	moduleType     = "application/vnd.ocrmux.plugin.module.v1+wasm"
	providerType   = "application/vnd.ocrmux.plugin.provider.v1+yaml"
	executableType = "application/vnd.ocrmux.plugin.executable.v1"
	// platformKey is the annotation that says on which platform an executable runs, such as "linux/amd64".
	platformKey = "vnd.ocrmux.plugin.platform"
)

// Limits of what is pulled.
const (
	maxArtifactBytes = 1 << 20
	maxPluginBytes   = 512 << 20 // as the catalog's
	maxLayers        = 2
)

// codeType is the type of the layer with the plugin's file.
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

// kindOf is the kind of a plugin by the type of its layer.
func kindOf(mediaType string) (catalog.Kind, bool) {
	for _, k := range []catalog.Kind{catalog.WASM, catalog.Declarative, catalog.Process} {
		if t, _ := codeType(k); t == mediaType {
			return k, true
		}
	}
	return "", false
}

// names are the files of a plugin within its folder. Empty ones it does not have.
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

// blob is content with what describes it.
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

// artifact is a plugin as a registry keeps it: the same for the same files, platform and time.
type artifact struct {
	manifest blob
	blobs    []blob // config and layers
}

// pack makes an artifact of a plugin. The signature may be nil.
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

// configOf is a plugin's manifest as the artifact's config: the very file where it is one of its own.
func configOf(p catalog.Plugin) ([]byte, error) {
	if p.ManifestFile != nil {
		return p.ManifestFile, nil
	}
	return json.Marshal(p.Manifest)
}

// sameManifest reports whether an artifact's config says what the plugin in it says.
func sameManifest(config []byte, p catalog.Plugin) bool {
	d, err := manifest.Parse(config)
	if err != nil {
		return false
	}
	a, err1 := json.Marshal(d)
	b, err2 := json.Marshal(p.Manifest)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}

// contents are the parts of an artifact that was found in a registry.
type contents struct {
	kind                    catalog.Kind
	config, code, signature ocispec.Descriptor // signature has no size where there is none
}

// parse reads an artifact's manifest and holds it to form and sizes, before anything else is fetched.
func parse(text []byte) (contents, error) {
	var m ocispec.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return contents{}, fmt.Errorf("its manifest is not JSON: %w", err)
	}
	if m.ArtifactType != ArtifactType || m.Config.MediaType != configType {
		return contents{}, fmt.Errorf("it is no plugin, but %q", m.ArtifactType)
	}
	if len(m.Layers) == 0 || len(m.Layers) > maxLayers {
		return contents{}, fmt.Errorf("it has %d layers, want 1 or %d", len(m.Layers), maxLayers)
	}
	kind, ok := kindOf(m.Layers[0].MediaType)
	if !ok {
		return contents{}, fmt.Errorf("its first layer is of the unknown type %q: upgrade ocrmux", m.Layers[0].MediaType)
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
			return contents{}, fmt.Errorf("the plugin's %s is said to have %d bytes, at most %d are taken", part.what, part.d.Size, part.most)
		}
	}
	return c, nil
}

// platformOf is the platform that an artifact's manifest names; the zero value when it names none.
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
