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

// PullOptions say what is wanted of a pull.
type PullOptions struct {
	// Lock of the folder, which pins what was pulled before.
	Lock *trust.Lock
	// Update follows a tag that has moved since it was pinned, which is an error otherwise.
	Update bool
	// Platform on which an executable must run.
	Platform Platform
	// TrustedKeys, where there are any: one of them must have signed the plugin.
	TrustedKeys []ed25519.PublicKey
}

// Pulled is a plugin that was fetched, verified and judged, and waits in a hidden folder beside its place. Close ends it.
type Pulled struct {
	// Plugin whose path is the waiting one.
	Plugin catalog.Plugin
	// Entry for the lock, with the source pinned by digest.
	Entry trust.Entry

	dir, stage string
	names      names
}

// Pull fetches a plugin for a folder, which is made if need be. Nothing in the folder is touched before Install. It fails with
// an *Error, or with a *catalog.PluginError when the plugin itself is refused.
func (r *Remote) Pull(ctx context.Context, dir string, o PullOptions) (pulled *Pulled, err error) {
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
		return nil, r.ref.failed("fetching the plugin's manifest", err)
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
	if err := p.judge(r.ref, config, o.TrustedKeys); err != nil {
		return nil, err
	}
	source := r.ref
	source.Digest = d.Digest
	p.Entry = trust.NewEntry(p.Plugin)
	p.Entry.Source = source.String()
	return p, nil
}

// find decides which artifact is meant: the digest that is named, the one the lock has pinned, or what the tag names now.
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
			return tagged, r.ref.fail(MovedTag, "the tag names %s now, and was pinned to %s: --update takes the new one, %s@%s the old one", tagged.Digest, pinned.Digest, r.ref.name(), pinned.Digest)
		}
		name = string(pinned.Digest)
	}
	d, ok, err := r.resolve(ctx, name)
	if err == nil && !ok {
		err = r.ref.fail(NotFound, "the registry does not have %s any more", name)
	}
	return d, err
}

// pinned is what the lock holds for the same place and tag.
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

// runsOn holds an executable to the platform it is wanted for.
func (r *Remote) runsOn(text []byte, kind catalog.Kind, want Platform) error {
	if kind != catalog.Process {
		return nil
	}
	platform, err := platformOf(text)
	if err != nil {
		return r.ref.fail(NotAPlugin, "%w", err)
	}
	if platform != want {
		return r.ref.fail(WrongPlatform, "it is an executable for %s, and this is %s: name the tag for this platform", platform, want)
	}
	return nil
}

// nameIn is the plugin's name by its manifest, which becomes the name of files. A manifest of another ABI is refused by the
// error that says which side to upgrade.
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

// oneKind refuses a plugin that the folder holds as another kind: the two would keep each other from being loaded.
func (r *Remote) oneKind(dir, name string, kind catalog.Kind) error {
	found, err := catalog.Find(dir)
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Name == name && f.Plugin.Kind != kind {
			return r.ref.fail(Conflict, "the folder has %s as %s, and this one is %s: remove %s first", name, f.Plugin.Kind, kind, filepath.Base(f.Plugin.Path))
		}
	}
	return nil
}

// fetch puts the files of an artifact into the stage, each verified by digest and size while it comes.
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
		return r.ref.failed("fetching "+string(d.Digest), err)
	}
	defer func() { _ = from.Close() }() // read to its end or given up
	verified := content.NewVerifyReader(from, d)
	return save(path, mode, func(w io.Writer) error {
		_, err := io.Copy(w, verified)
		if err == nil {
			err = verified.Verify()
		}
		if err != nil {
			return r.ref.failed("fetching "+string(d.Digest), err)
		}
		return nil
	})
}

// save writes a new file to the disk.
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

// judge reads the plugin as it will be read in its place.
func (p *Pulled) judge(ref Reference, config []byte, keys []ed25519.PublicKey) error {
	f := catalog.File(filepath.Join(p.stage, p.names.code))
	if f.Err != nil {
		return f.Err
	}
	p.Plugin = f.Plugin
	if !sameManifest(config, p.Plugin) {
		return ref.fail(NotAPlugin, "the manifest the registry shows is not the one in the plugin")
	}
	if len(keys) > 0 {
		_, err := trust.Policy{Keys: keys}.Signer(p.Plugin)
		return err
	}
	return nil
}
