package distribution

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/retry"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// DefaultTimeout bounds a push or a pull: 512 MiB within it need 0.9 MiB a second.
const DefaultTimeout = 10 * time.Minute

// Access says how to connect to a registry.
type Access struct {
	// Username and Password for the registry. If they are empty, the logins of docker and podman are used, including credential
	// helpers, which are programs on this machine.
	Username, Password string
	// PlainHTTP uses http, which is allowed for this machine only.
	PlainHTTP bool
	// Allow are further origins, such as "https://storage.internal", that a registry inside the network may redirect to. Public
	// origins need no mention.
	Allow []string
	// Timeout bounds a push or a pull. 0 means DefaultTimeout.
	Timeout time.Duration
}

// Remote is a reference in a registry. It is safe for concurrent use.
type Remote struct {
	ref     Reference
	repo    *remote.Repository
	timeout time.Duration
}

// Open returns the Remote of a reference. It does not connect to the registry.
func Open(ref Reference, access Access) (*Remote, error) {
	repo, err := remote.NewRepository(ref.name())
	if err != nil {
		return nil, err
	}
	if access.PlainHTTP && !loopback(ref.Registry) {
		return nil, fmt.Errorf("plain http would send credentials and plugins unencrypted to %s; it is allowed only for registries on this machine", ref.Registry)
	}
	scheme := "https://"
	if access.PlainHTTP {
		scheme = "http://"
	}
	policy, err := egress.NewPolicy(egress.PolicyConfig{AnyPublic: true, Operator: append([]string{scheme + repo.Reference.Host()}, access.Allow...)})
	if err != nil {
		return nil, err
	}
	timeout := access.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	credential := auth.StaticCredential(repo.Reference.Host(), auth.Credential{Username: access.Username, Password: access.Password})
	if access.Username == "" {
		store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
		if err != nil {
			return nil, fmt.Errorf("read docker's configuration: %w", err)
		}
		credential = credentials.Credential(store)
	}
	guarded := egress.NewHTTPClient(policy, egress.GuardConfig{Timeout: timeout})
	guarded.Transport = retry.NewTransport(guarded.Transport)
	client := &auth.Client{Client: guarded, Cache: auth.NewCache(), Credential: credential}
	client.SetUserAgent("ocrmux")
	repo.Client, repo.PlainHTTP = client, access.PlainHTTP
	repo.MaxMetadataBytes = maxArtifactBytes
	return &Remote{ref: ref, repo: repo, timeout: timeout}, nil
}

// loopback reports whether a registry, HOST or HOST:PORT, is on this machine.
func loopback(registry string) bool {
	host, _, err := net.SplitHostPort(registry)
	if err != nil {
		host = registry
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// resolve returns what a tag or digest refers to. ok is false if it does not exist.
func (r *Remote) resolve(ctx context.Context, name string) (d ocispec.Descriptor, ok bool, err error) {
	d, err = r.repo.Resolve(ctx, name)
	if errors.Is(err, errdef.ErrNotFound) {
		return d, false, nil
	}
	if err != nil {
		return d, false, r.ref.failed("look up "+name, err)
	}
	if d.Digest.Algorithm() != digest.SHA256 {
		return d, false, r.ref.fail(NotAPlugin, "its digest is not SHA-256")
	}
	return d, true, nil
}

// artifact downloads an artifact's manifest.
func (r *Remote) artifact(ctx context.Context, d ocispec.Descriptor) ([]byte, error) {
	switch {
	case d.MediaType == ocispec.MediaTypeImageIndex:
		return nil, r.ref.fail(NotAPlugin, "it is an index of several artifacts; use the tag of one platform")
	case d.MediaType != ocispec.MediaTypeImageManifest:
		return nil, r.ref.fail(NotAPlugin, "it is %q, not an OCI manifest", d.MediaType)
	case d.Size < 0 || d.Size > maxArtifactBytes:
		return nil, r.ref.fail(NotAPlugin, "its manifest has %d bytes; the limit is %d", d.Size, maxArtifactBytes)
	}
	text, err := content.FetchAll(ctx, r.repo, d)
	if err != nil {
		return nil, r.ref.failed("download its manifest", err)
	}
	return text, nil
}
