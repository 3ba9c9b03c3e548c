package distribution

import (
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	"oras.land/oras-go/v2/registry"
)

// Reference names a plugin in a registry: REGISTRY/REPOSITORY, then :TAG, @DIGEST or both.
type Reference struct {
	Registry, Repository string
	// Tag and Digest are not both empty.
	Tag    string
	Digest digest.Digest
}

// ParseReference parses a reference such as "registry.example/ocr/jumdata:1.0.0". It has no default registry and no default tag.
func ParseReference(s string) (Reference, error) {
	const want = "want REGISTRY/REPOSITORY:TAG, such as registry.example/ocr/jumdata:1.0.0, or REGISTRY/REPOSITORY@sha256:DIGEST"
	named, sum, pinned := strings.Cut(s, "@")
	parsed, err := registry.ParseReference(named)
	if err != nil {
		return Reference{}, fmt.Errorf("%q is not a reference: %w; %s", s, err, want)
	}
	r := Reference{Registry: parsed.Registry, Repository: parsed.Repository, Tag: parsed.Reference}
	if pinned {
		if r.Digest, err = digest.Parse(sum); err != nil || r.Digest.Algorithm() != digest.SHA256 {
			return Reference{}, fmt.Errorf("%q does not end with a digest; %s", s, want)
		}
	}
	if r.Tag == "" && r.Digest == "" {
		return Reference{}, fmt.Errorf("%q names neither a tag nor a digest; %s", s, want)
	}
	return r, nil
}

// String returns the reference as text.
func (r Reference) String() string {
	s := r.name()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + string(r.Digest)
	}
	return s
}

func (r Reference) name() string { return r.Registry + "/" + r.Repository }
