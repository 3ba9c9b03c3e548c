package distribution_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/distribution"
	"github.com/ocrmux/ocrmux/host/internal/distribution/registrytest"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

// TestRemoteWithARealRegistry runs all tests that need a registry with one build of it.
func TestRemoteWithARealRegistry(t *testing.T) {
	program := registrytest.Build(t)
	for name, test := range map[string]func(*testing.T, *bench){
		"what is pushed is pulled as it was, pinned and signed": aRoundTrip,
		"the same files give the same digest":                   reproducible,
		"a tag that has moved is refused until it is wanted":    movedTag,
		"a tag that is gone does not keep a pin from working":   goneTag,
		"a layer that was tampered with is refused":             tampered,
		"a pull that is interrupted leaves the folder alone":    interrupted,
		"an install that fails leaves the folder alone":         failedInstall,
		"an executable for another platform is refused":         wrongPlatform,
		"a plugin of another kind is not put beside the first":  otherKind,
		"a plugin that nobody trusted signed is refused":        unsigned,
		"what is no plugin is refused":                          notAPlugin,
	} {
		t.Run(name, func(t *testing.T) { test(t, &bench{registrytest.Start(t, program, false)}) })
	}
	t.Run("a registry that wants credentials gets them or says so", func(t *testing.T) {
		guarded(t, registrytest.Start(t, program, true))
	})
}

type bench struct{ *registrytest.Registry }

// key is the same in every run.
func key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

func aRoundTrip(t *testing.T, b *bench) {
	for _, make := range []func(*testing.T, string) catalog.Plugin{
		func(t *testing.T, dir string) catalog.Plugin { return module(t, dir, about("1.0.0", "")) },
		func(t *testing.T, dir string) catalog.Plugin { return executable(t, dir, about("1.0.0", "")) },
		providerFile,
	} {
		from, to := t.TempDir(), filepath.Join(t.TempDir(), "plugins")
		plugin := make(t, from)
		ref := b.ref(t, "ocr/"+string(plugin.Kind)+":1.0.0")
		if err := trust.Sign(key(), plugin).Write(plugin); err != nil {
			t.Fatal(err)
		}
		pushed := push(t, ref, plugin)
		lock := new(trust.Lock)
		install(t, ref, to, lock, distribution.PullOptions{TrustedKeys: []ed25519.PublicKey{key().Public().(ed25519.PublicKey)}})
		if diff := cmp.Diff(files(t, from), without(files(t, to), trust.LockFile)); diff != "" {
			t.Errorf("(-pushed +pulled):\n%s", diff)
		}
		e, _ := lock.Entry(plugin.Manifest.Name)
		if want := pushed.Reference.String(); e.Source != want || !strings.HasPrefix(want, ref.String()+"@sha256:") {
			t.Errorf("pinned to %s, want %s", e.Source, want)
		}
		found, err := catalog.Find(to)
		if err != nil {
			t.Fatal(err)
		}
		if err := (trust.Policy{}).Validate(to, found); err != nil || len(found) != 1 || found[0].Err != nil {
			t.Errorf("the folder holds %v, %v", found[0].Err, err)
		}
	}
}

func reproducible(t *testing.T, b *bench) {
	one := push(t, b.ref(t, "ocr/one:1"), module(t, t.TempDir(), about("1.0.0", "")))
	two := push(t, b.ref(t, "ocr/two:2"), module(t, t.TempDir(), about("1.0.0", "")))
	if one.Reference.Digest != two.Reference.Digest {
		t.Errorf("%s and %s", one.Reference, two.Reference)
	}
	again := push(t, b.ref(t, "ocr/one:1"), module(t, t.TempDir(), about("1.0.0", "")))
	if again.Moved != "" {
		t.Errorf("Moved is %s", again.Moved)
	}
}

func movedTag(t *testing.T, b *bench) {
	ref, dir, lock := b.ref(t, "ocr/x:stable"), t.TempDir(), new(trust.Lock)
	first := push(t, ref, module(t, t.TempDir(), about("1.0.0", "")))
	install(t, ref, dir, lock, distribution.PullOptions{})
	second := push(t, ref, module(t, t.TempDir(), about("1.1.0", "")))
	if second.Moved != first.Reference.Digest {
		t.Errorf("the push says that the tag was %q", second.Moved)
	}
	before := files(t, dir)
	_, err := pull(t, ref, dir, distribution.PullOptions{Lock: lock})
	if cause, says := causeOf(t, err); cause != distribution.MovedTag || !strings.Contains(says, "--update") || !strings.Contains(says, string(first.Reference.Digest)) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the folder (-before +after):\n%s", diff)
	}
	// The pinned plugin can still be pulled, and the new one with Update.
	install(t, first.Reference, dir, lock, distribution.PullOptions{})
	install(t, ref, dir, lock, distribution.PullOptions{Update: true})
	if e, _ := lock.Entry("x"); e.Version != "1.1.0" || e.Source != second.Reference.String() {
		t.Errorf("got %+v", e)
	}
}

func goneTag(t *testing.T, b *bench) {
	ref, dir, lock := b.ref(t, "ocr/x:1"), t.TempDir(), new(trust.Lock)
	pushed := push(t, ref, module(t, t.TempDir(), about("1.0.0", "")))
	gone := ref
	gone.Tag = "gone"
	e := trust.NewEntry(module(t, t.TempDir(), about("1.0.0", "")))
	e.Source = gone.String() + "@" + string(pushed.Reference.Digest)
	lock.Put(e)
	install(t, gone, dir, lock, distribution.PullOptions{})
	_, err := pull(t, gone, dir, distribution.PullOptions{})
	if cause, _ := causeOf(t, err); cause != distribution.NotFound {
		t.Errorf("without a pin: %v", err)
	}
}

func tampered(t *testing.T, b *bench) {
	for name, change := range map[string]func([]byte) []byte{
		"one bit":      func(code []byte) []byte { code = bytes.Clone(code); code[len(code)-1] ^= 1; return code },
		"more bytes":   func(code []byte) []byte { return append(bytes.Clone(code), "more"...) },
		"fewer bytes":  func(code []byte) []byte { return code[:len(code)-1] },
		"nothing left": func([]byte) []byte { return nil },
	} {
		ref, dir := b.ref(t, "ocr/x:"+strings.ReplaceAll(name, " ", "-")), t.TempDir()
		plugin := module(t, t.TempDir(), about("1.0.0", `, "description": "`+name+`"`))
		push(t, ref, plugin)
		b.Tamper(t, fmt.Sprintf("sha256:%x", plugin.SHA256), change)
		_, err := pull(t, ref, dir, distribution.PullOptions{})
		if cause, _ := causeOf(t, err); cause != distribution.Damaged && cause != distribution.Unreachable {
			t.Errorf("%s: %v", name, err)
		}
		if got := files(t, dir); len(got) != 0 {
			t.Errorf("%s: the folder holds %v", name, got)
		}
	}
	ref := b.ref(t, "ocr/x:manifest")
	pushed := push(t, ref, module(t, t.TempDir(), about("1.0.0", `, "description": "manifest"`)))
	b.Tamper(t, string(pushed.Reference.Digest), func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("1.0.0"), []byte("1.0.1")) })
	if _, err := pull(t, pushed.Reference, t.TempDir(), distribution.PullOptions{}); err == nil {
		t.Error("a manifest of another digest was taken")
	}
}

func interrupted(t *testing.T, b *bench) {
	ref, dir, lock := b.ref(t, "ocr/x:1"), t.TempDir(), new(trust.Lock)
	push(t, ref, module(t, t.TempDir(), about("1.0.0", "")))
	install(t, ref, dir, lock, distribution.PullOptions{})
	next := module(t, t.TempDir(), about("1.1.0", ""))
	push(t, ref, next)
	before := files(t, dir)

	// A proxy in front of the registry stops in the middle of the plugin's file.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	target := &url.URL{Scheme: "http", Host: b.Address}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, fmt.Sprintf("%x", next.SHA256)) {
			forward.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(next.Code)))
		_, _ = w.Write(next.Code[:len(next.Code)/2])
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	}))
	defer proxy.Close()
	through := ref
	through.Registry = strings.TrimPrefix(proxy.URL, "http://")
	r, err := distribution.Open(through, distribution.Access{PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Pull(ctx, dir, distribution.PullOptions{Platform: distribution.Here()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the folder (-before +after):\n%s", diff)
	}
}

func failedInstall(t *testing.T, b *bench) {
	ref, dir, lock := b.ref(t, "ocr/x:1"), t.TempDir(), new(trust.Lock)
	signed := executable(t, t.TempDir(), about("1.0.0", ""))
	if err := trust.Sign(key(), signed).Write(signed); err != nil {
		t.Fatal(err)
	}
	push(t, ref, signed)
	install(t, ref, dir, lock, distribution.PullOptions{})
	push(t, ref, executable(t, t.TempDir(), about("1.1.0", "")))
	before, entry := files(t, dir), lock.Entries[0]

	p, err := pull(t, ref, dir, distribution.PullOptions{Lock: lock, Update: true})
	if err != nil {
		t.Fatal(err)
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if err := p.Install(over, lock); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	// The lock cannot be replaced if it is a folder.
	aside := filepath.Join(t.TempDir(), "aside")
	if err := errors.Join(os.Rename(filepath.Join(dir, trust.LockFile), aside), os.MkdirAll(filepath.Join(dir, trust.LockFile, "full"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if err := p.Install(t.Context(), lock); err == nil {
		t.Error("there is no error")
	}
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, trust.LockFile)), os.Rename(aside, filepath.Join(dir, trust.LockFile)), p.Close()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("the folder (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff([]trust.Entry{entry}, lock.Entries); diff != "" {
		t.Errorf("the lock (-before +after):\n%s", diff)
	}
	// A version without a signature removes the older signature.
	install(t, ref, dir, lock, distribution.PullOptions{Lock: lock, Update: true})
	if _, there := files(t, dir)["x.sig"]; there {
		t.Error("the signature of the older version is still there")
	}
}

func wrongPlatform(t *testing.T, b *bench) {
	ref := b.ref(t, "ocr/x:1")
	elsewhere := distribution.Platform{OS: "plan9", Arch: distribution.Here().Arch}
	r := open(t, ref)
	if _, err := r.Push(t.Context(), executable(t, t.TempDir(), about("1.0.0", "")), distribution.PushOptions{Platform: elsewhere}); err != nil {
		t.Fatal(err)
	}
	_, err := pull(t, ref, t.TempDir(), distribution.PullOptions{})
	if cause, says := causeOf(t, err); cause != distribution.WrongPlatform || !strings.Contains(says, "plan9/") {
		t.Errorf("pulled: %v", err)
	}
	_, err = r.Push(t.Context(), executable(t, t.TempDir(), about("1.0.0", "")), distribution.PushOptions{})
	if cause, says := causeOf(t, err); cause != distribution.WrongPlatform || !strings.Contains(says, "such as 1-"+distribution.Here().OS) {
		t.Errorf("pushed over it: %v", err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x"), "#!/bin/sh\n")
	write(t, filepath.Join(dir, "x.manifest.json"), about("1.0.0", ""))
	if _, err := r.Push(t.Context(), read(t, filepath.Join(dir, "x")), distribution.PushOptions{}); err == nil || !strings.Contains(err.Error(), "--platform") {
		t.Errorf("a script: %v", err)
	}
}

func otherKind(t *testing.T, b *bench) {
	ref, dir := b.ref(t, "ocr/x:1"), t.TempDir()
	push(t, ref, module(t, t.TempDir(), about("1.0.0", "")))
	executable(t, dir, about("1.0.0", ""))
	_, err := pull(t, ref, dir, distribution.PullOptions{})
	if cause, says := causeOf(t, err); cause != distribution.Conflict || !strings.Contains(says, "remove x first") {
		t.Errorf("got %v", err)
	}
}

func unsigned(t *testing.T, b *bench) {
	ref, dir := b.ref(t, "ocr/x:1"), t.TempDir()
	plugin := module(t, t.TempDir(), about("1.0.0", ""))
	push(t, ref, plugin)
	_, err := pull(t, ref, dir, distribution.PullOptions{TrustedKeys: []ed25519.PublicKey{key().Public().(ed25519.PublicKey)}})
	var refused *catalog.PluginError
	if !errors.As(err, &refused) || refused.Cause != catalog.NotSigned || len(files(t, dir)) != 0 {
		t.Errorf("got %v, and %v", err, files(t, dir))
	}
	write(t, trust.SignaturePath(plugin), "nonsense")
	if _, err := open(t, ref).Push(t.Context(), plugin, distribution.PushOptions{}); !errors.As(err, &refused) || refused.Cause != catalog.BadSignature {
		t.Errorf("a bad signature was pushed: %v", err)
	}
}

func notAPlugin(t *testing.T, b *bench) {
	ref := b.ref(t, "ocr/image:1")
	put := func(mediaType, text string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+b.Address+"/v2/ocr/image/manifests/1", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", mediaType)
		a, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Body.Close() }()
		if said, _ := io.ReadAll(a.Body); a.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %s", a.Status, said)
		}
	}
	put("application/vnd.oci.image.index.v1+json", `{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}`)
	_, err := pull(t, ref, t.TempDir(), distribution.PullOptions{})
	if cause, says := causeOf(t, err); cause != distribution.NotAPlugin || !strings.Contains(says, "use the tag of one platform") {
		t.Errorf("an index: %v", err)
	}
	_, err = pull(t, b.ref(t, "ocr/none:1"), t.TempDir(), distribution.PullOptions{})
	if cause, _ := causeOf(t, err); cause != distribution.NotFound {
		t.Errorf("nothing: %v", err)
	}
}

func guarded(t *testing.T, registry *registrytest.Registry) {
	t.Setenv("DOCKER_CONFIG", t.TempDir()) // without logins
	ref := (&bench{registry}).ref(t, "ocr/x:1")
	plugin := module(t, t.TempDir(), about("1.0.0", ""))
	for name, access := range map[string]distribution.Access{"no credentials": {}, "wrong credentials": {Username: registrytest.User, Password: "S3CRET"}} {
		access.PlainHTTP = true
		r, err := distribution.Open(ref, access)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Push(t.Context(), plugin, distribution.PushOptions{})
		if cause, says := causeOf(t, err); cause != distribution.Unauthenticated || strings.Contains(says, "S3CRET") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := distribution.Open(ref, distribution.Access{Username: registrytest.User, Password: registrytest.Password, PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Push(t.Context(), plugin, distribution.PushOptions{}); err != nil {
		t.Error(err)
	}
	// Docker's login is used by default.
	write(t, filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), `{"auths": {"`+registry.Address+`": {"auth": "c3BlY2ltZW46c3BlY2ltZW4="}}}`)
	install(t, ref, t.TempDir(), new(trust.Lock), distribution.PullOptions{})
}
