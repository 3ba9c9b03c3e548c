package distribution

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
)

// PullOptions are the options of a pull.
type PullOptions struct {
	// Lock of the folder, which pins earlier pulls.
	Lock *trust.Lock
	// Update accepts a tag that has moved since it was pinned. Otherwise that is an error.
	Update bool
	// Platform that an executable must be for.
	Platform Platform
	// TrustedKeys, unless empty, must contain the key that signed the plugin.
	TrustedKeys []ed25519.PublicKey
}

// Pulled is a plugin that was downloaded and verified into a temporary folder. Close removes that folder.
type Pulled struct {
	// Plugin in the temporary folder.
	Plugin catalog.Plugin
	// Entry for the lock, with the source pinned by digest.
	Entry trust.Entry

	dir, stage string
	names      names
}

// Pull downloads a plugin for a folder, which it creates if necessary. Only Install changes the plugins in it. The error is an *Error,
// or a *catalog.PluginError if the plugin itself is refused.
func (r *Remote) Pull(ctx context.Context, dir string, o PullOptions) (pulled *Pulled, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	d, err := r.find(ctx, o)
	if err != nil {
		return nil, err
	}
	text, err := r.artifact(ctx, d)
	if err != nil {
		return nil, err
	}
	c, err := parse(text)
	if err != nil {
		return nil, r.ref.fail(NotAPlugin, "%w", err)
	}
	if err := r.runsOn(text, c.kind, o.Platform); err != nil {
		return nil, err
	}
	config, err := content.FetchAll(ctx, r.repo, c.config)
	if err != nil {
		return nil, r.ref.failed("download the plugin's manifest", err)
	}
	name, err := r.nameIn(config)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := r.oneKind(dir, name, c.kind); err != nil {
		return nil, err
	}
	stage, err := os.MkdirTemp(dir, ".pull-")
	if err != nil {
		return nil, err
	}
	p := &Pulled{dir: dir, stage: stage, names: namesOf(name, c.kind)}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if err := r.fetch(ctx, p, c, config); err != nil {
		return nil, err
	}
	if err := p.verify(r.ref, config, o.TrustedKeys); err != nil {
		return nil, err
	}
	source := r.ref
	source.Digest = d.Digest
	p.Entry = trust.NewEntry(p.Plugin)
	p.Entry.Source = source.String()
	return p, nil
}

// find returns the artifact of the reference: by its digest, by the digest in the lock, or by what the tag refers to now.
func (r *Remote) find(ctx context.Context, o PullOptions) (ocispec.Descriptor, error) {
	name := string(r.ref.Digest)
	if name == "" {
		tagged, ok, err := r.resolve(ctx, r.ref.Tag)
		if err != nil {
			return tagged, err
		}
		pinned, isPinned := r.pinned(o.Lock)
		switch {
		case !isPinned || o.Update:
			if !ok {
				return tagged, r.ref.fail(NotFound, "the registry has no such tag")
			}
			return tagged, nil
		case ok && tagged.Digest != pinned.Digest:
			return tagged, r.ref.fail(MovedTag, "the tag now refers to %s but was pinned to %s: use --update for the new one, or %s@%s for the old one", tagged.Digest, pinned.Digest, r.ref.name(), pinned.Digest)
		}
		name = string(pinned.Digest)
	}
	d, ok, err := r.resolve(ctx, name)
	if err == nil && !ok {
		err = r.ref.fail(NotFound, "the registry no longer has %s", name)
	}
	return d, err
}

// pinned returns the reference in the lock with the same repository and tag.
func (r *Remote) pinned(l *trust.Lock) (Reference, bool) {
	if l == nil {
		return Reference{}, false
	}
	for _, e := range l.Entries {
		source, err := ParseReference(e.Source)
		if err == nil && source.name() == r.ref.name() && source.Tag == r.ref.Tag && source.Digest != "" {
			return source, true
		}
	}
	return Reference{}, false
}

// runsOn checks the platform of an executable.
func (r *Remote) runsOn(text []byte, kind catalog.Kind, want Platform) error {
	if kind != catalog.Process {
		return nil
	}
	platform, err := platformOf(text)
	if err != nil {
		return r.ref.fail(NotAPlugin, "%w", err)
	}
	if platform != want {
		return r.ref.fail(WrongPlatform, "it is an executable for %s, but this machine is %s: use the tag for this platform", platform, want)
	}
	return nil
}

// nameIn returns the plugin's name in its manifest, which becomes part of file names. For a manifest of another ABI, the error says
// which side to upgrade.
func (r *Remote) nameIn(config []byte) (string, error) {
	refuse := func(cause catalog.Cause, err error) (string, error) {
		return "", &catalog.PluginError{Plugin: r.ref.String(), Cause: cause, Detail: message.Error(err), Err: err}
	}
	d, err := manifest.Parse(config)
	if err == nil {
		err = manifest.Compatible(d, abi.Major, abi.Minor, nil)
	}
	var version *manifest.VersionError
	switch {
	case errors.As(err, &version):
		return refuse(catalog.WrongABI, err)
	case err != nil:
		return refuse(catalog.BadManifest, err)
	}
	if err := manifest.Validate(d); err != nil {
		return refuse(catalog.BadManifest, err)
	}
	return d.Name, nil
}

// oneKind refuses a plugin that the folder contains as another kind: neither of the two could be loaded.
func (r *Remote) oneKind(dir, name string, kind catalog.Kind) error {
	found, err := catalog.Find(dir)
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Name == name && f.Plugin.Kind != kind {
			return r.ref.fail(Conflict, "the folder contains %s as %s, but this one is %s: remove %s first", name, f.Plugin.Kind, kind, filepath.Base(f.Plugin.Path))
		}
	}
	return nil
}

// fetch downloads the files of an artifact into the temporary folder and verifies their digests and sizes.
func (r *Remote) fetch(ctx context.Context, p *Pulled, c contents, config []byte) error {
	mode := fs.FileMode(0o644)
	if c.kind == catalog.Process {
		mode = 0o755
	}
	if err := r.download(ctx, c.code, filepath.Join(p.stage, p.names.code), mode); err != nil {
		return err
	}
	if p.names.manifest != "" {
		if err := save(filepath.Join(p.stage, p.names.manifest), 0o644, func(w io.Writer) error { _, err := w.Write(config); return err }); err != nil {
			return err
		}
	}
	if c.signature.Digest == "" {
		return nil
	}
	return r.download(ctx, c.signature, filepath.Join(p.stage, p.names.signature), 0o644)
}

func (r *Remote) download(ctx context.Context, d ocispec.Descriptor, path string, mode fs.FileMode) error {
	from, err := r.repo.Fetch(ctx, d)
	if err != nil {
		return r.ref.failed("download "+string(d.Digest), err)
	}
	defer func() { _ = from.Close() }()
	verified := content.NewVerifyReader(from, d)
	return save(path, mode, func(w io.Writer) error {
		_, err := io.Copy(w, verified)
		if err == nil {
			err = verified.Verify()
		}
		if err != nil {
			return r.ref.failed("download "+string(d.Digest), err)
		}
		return nil
	})
}

// save writes a new file and syncs it to disk.
func save(path string, mode fs.FileMode, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// verify reads the plugin as the catalog does, and checks its manifest and signature.
func (p *Pulled) verify(ref Reference, config []byte, keys []ed25519.PublicKey) error {
	f := catalog.File(filepath.Join(p.stage, p.names.code))
	if f.Err != nil {
		return f.Err
	}
	p.Plugin = f.Plugin
	if !sameManifest(config, p.Plugin) {
		return ref.fail(NotAPlugin, "the manifest in the registry differs from the one in the plugin")
	}
	if len(keys) > 0 {
		_, err := trust.Policy{Keys: keys}.Signer(p.Plugin)
		return err
	}
	return nil
}
