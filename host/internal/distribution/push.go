package distribution

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
	"oras.land/oras-go/v2/errdef"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// PushOptions are the options of a push.
type PushOptions struct {
	// Platform of an executable. The zero value means the platform in its header.
	Platform Platform
	// Created is recorded in the artifact and so affects its digest. The zero value means the beginning of 1970, so that the same
	// files give the same digest.
	Created time.Time
}

// Pushed is the result of a push.
type Pushed struct {
	// Reference with the digest.
	Reference Reference
	// Moved is what the tag referred to before, empty if the tag is new or unchanged.
	Moved digest.Digest
}

// Push uploads a plugin, and the signature beside it if there is one, under a tag. It refuses a bad signature, and a tag that refers
// to an executable for another platform.
func (r *Remote) Push(ctx context.Context, p catalog.Plugin, o PushOptions) (Pushed, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if r.ref.Tag == "" || r.ref.Digest != "" {
		return Pushed{}, fmt.Errorf("cannot push to %s; use a tag without a digest, such as %s:%s", r.ref, r.ref.name(), p.Manifest.Version)
	}
	signature, err := signatureText(p)
	if err != nil {
		return Pushed{}, err
	}
	platform, err := platformFor(p, o.Platform)
	if err != nil {
		return Pushed{}, err
	}
	if o.Created.IsZero() {
		o.Created = time.Unix(0, 0)
	}
	a, err := pack(p, signature, platform, o.Created)
	if err != nil {
		return Pushed{}, err
	}
	out := Pushed{Reference: r.ref}
	out.Reference.Digest = a.manifest.Digest
	if out.Moved, err = r.replaced(ctx, a.manifest.Digest, platform); err != nil {
		return Pushed{}, err
	}
	for _, b := range a.blobs {
		there, err := r.repo.Exists(ctx, b.Descriptor)
		if err == nil && !there {
			err = r.repo.Push(ctx, b.Descriptor, bytes.NewReader(b.content))
		}
		if err != nil && !errors.Is(err, errdef.ErrAlreadyExists) {
			return Pushed{}, r.ref.failed("upload "+string(b.Digest), err)
		}
	}
	if err := r.repo.PushReference(ctx, a.manifest.Descriptor, bytes.NewReader(a.manifest.content), r.ref.Tag); err != nil {
		return Pushed{}, r.ref.failed("upload the manifest", err)
	}
	return out, nil
}

// replaced returns what the tag refers to, empty if that is what is being pushed.
func (r *Remote) replaced(ctx context.Context, next digest.Digest, platform Platform) (digest.Digest, error) {
	d, ok, err := r.resolve(ctx, r.ref.Tag)
	if err != nil || !ok || d.Digest == next {
		return "", err
	}
	text, err := r.artifact(ctx, d)
	if err != nil {
		return "", err // not a plugin: do not replace it
	}
	there, err := platformOf(text)
	if err != nil {
		return "", r.ref.fail(NotAPlugin, "%w", err)
	}
	if there != platform && there != (Platform{}) && platform != (Platform{}) {
		return "", r.ref.fail(WrongPlatform, "the tag refers to the plugin for %s, and a tag has one platform: push this one under another tag, such as %s-%s-%s", there, r.ref.Tag, platform.OS, platform.Arch)
	}
	return d.Digest, nil
}

// signatureText returns the signature beside a plugin, nil if there is none.
func signatureText(p catalog.Plugin) ([]byte, error) {
	s, err := trust.ReadSignature(p)
	var refused *catalog.PluginError
	if errors.As(err, &refused) && refused.Cause == catalog.NotSigned {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := s.Verify(p); err != nil {
		return nil, err
	}
	return s.Text()
}

// platformFor returns the platform of a plugin, the zero value if it runs everywhere.
func platformFor(p catalog.Plugin, said Platform) (Platform, error) {
	if p.Kind != catalog.Process {
		return Platform{}, nil
	}
	found, ok := DetectPlatform(p.Code)
	switch {
	case said == (Platform{}) && !ok:
		return Platform{}, fmt.Errorf("the file of %s does not contain its platform; name it, such as --platform %s", p.Manifest.Name, Here())
	case said == (Platform{}):
		return found, nil
	case ok && found.Arch != said.Arch:
		return Platform{}, fmt.Errorf("%s is an executable for %s, not for %s", p.Manifest.Name, found, said)
	}
	return said, nil
}
