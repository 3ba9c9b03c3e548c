package trust_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestCapabilitiesAreEverythingAPluginMayDo(t *testing.T) {
	got := trust.Capabilities(executable(t, t.TempDir(), "x", "code", about("x", "1.0.0", `,
		"hosts": ["https://b.example", "https://a.example"],
		"host_functions": ["sign", "image_read"],
		"secrets": [
			{"name": "key", "uses": ["plain", "hmac-sha256"], "hosts": ["https://a.example"]},
			{"name": "id", "uses": ["plain"], "identifier": true},
			{"name": "token", "uses": ["plain"], "captured": true}],
		"front_doors": [{"method": "POST", "path": "/ocr"}]`)))
	want := []string{
		"answers POST /ocr as its vendor",
		"host function sign",
		"may call https://a.example",
		"may call https://b.example",
		"reads the picture itself",
		"runs as a program of this machine, outside the sandbox",
		"secret id: not masked, it is an identifier",
		"secret id: plain",
		"secret id: sent to every host it may call",
		"secret key: hmac-sha256",
		"secret key: plain",
		"secret key: sent to https://a.example",
		"secret token: plain",
		"secret token: sent to every host it may call",
		"secret token: taken from answers",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAChangeShowsWhatComesAndWhatGoes(t *testing.T) {
	const more = `, "hosts": ["https://api.example.com", "https://evil.example"], "host_functions": ["image_read"], "secrets": [{"name": "app_key", "uses": ["sha256", "plain"]}]`
	for _, tt := range []struct{ name, before, after, want string }{
		{"a plugin that was never approved", "", about("x", "1.0.0", `, "hosts": ["https://api.example.com"]`), "x 1.0.0 (wasm) is new\n  + may call https://api.example.com\n"},
		{"a version that wants more", about("x", "1.0.0", calling), about("x", "1.1.0", more), `x 1.1.0 (wasm), was 1.0.0
  + may call https://evil.example
  + reads the picture itself
  + secret app_key: plain
  - host function sign
`},
		{"a version that wants less", about("x", "1.0.0", calling), about("x", "1.1.0", ""), `x 1.1.0 (wasm), was 1.0.0
  - host function sign
  - may call https://api.example.com
  - secret app_key: sent to every host it may call
  - secret app_key: sha256
  it may do nothing that it could not do before
`},
		{"other bytes under the same version", about("x", "1.0.0", calling), about("x", "1.0.0", calling+`, "description": "new"`), "x 1.0.0 (wasm) has other bytes under the same version\n  its capabilities are the same\n"},
		{"a plugin that is gone", about("x", "1.0.0", calling), "", "x 1.0.0 is gone\n"},
		{"a plugin as it was", about("x", "1.0.0", calling), about("x", "1.0.0", calling), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var lock trust.Lock
			if tt.before != "" {
				lock.Put(trust.NewEntry(module(t, t.TempDir(), tt.before)))
			}
			dir := t.TempDir()
			if tt.after != "" {
				module(t, dir, tt.after)
			}
			var got strings.Builder
			for _, c := range lock.Changes(find(t, dir)) {
				got.WriteString(c.String())
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

//attack:supply-approved a module that becomes a program
func TestASandboxedPluginThatBecomesAProgramIsShownToWantMore(t *testing.T) {
	var lock trust.Lock
	lock.Put(trust.NewEntry(module(t, t.TempDir(), about("x", "1.0.0", ""))))
	c, ok := lock.Change(executable(t, t.TempDir(), "x", "code", about("x", "1.0.0", "")))
	if diff := cmp.Diff([]string{"runs as a program of this machine, outside the sandbox"}, c.Granted); !ok || diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPluginThatCannotBeReadKeepsItsEntry(t *testing.T) {
	dir := t.TempDir()
	var lock trust.Lock
	lock.Put(trust.NewEntry(module(t, dir, about("x", "1.0.0", ""))))
	write(t, filepath.Join(dir, "x.wasm"), "damaged")
	if changes := lock.Changes(find(t, dir)); len(changes) != 0 {
		t.Errorf("got %v", changes)
	}
}

func TestALockIsWrittenTheSameAndReadBack(t *testing.T) {
	dir := t.TempDir()
	a, b := trust.NewEntry(module(t, dir, about("a", "1.0.0", calling))), trust.NewEntry(executable(t, dir, "b", "code", about("b", "2.0.0", "")))
	a.Source = "registry.example/ocr/a:1.0.0@sha256:" + strings.Repeat("0", 64)
	var one, two trust.Lock
	one.Put(a)
	one.Put(b)
	two.Put(b)
	two.Put(trust.Entry{Name: "gone"})
	two.Put(trust.Entry{Name: "a"})
	two.Put(a)
	two.Remove("gone")
	if err := one.Write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := trust.ReadLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*trust.Lock{"read back": got, "in another order": &two} {
		if diff := cmp.Diff(one, *l); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, trust.LockFile))
	if err != nil {
		t.Fatal(err)
	}
	crlf := strings.ReplaceAll(string(text), "\n", "\r\n")
	if _, err := trust.ParseLock([]byte(crlf)); err != nil {
		t.Errorf("with the ends of lines of another system: %v", err)
	}
}

//attack:supply-approved a lock that people and the program read in different ways
func TestALockThatIsNotAsItIsWrittenIsRefused(t *testing.T) {
	dir := t.TempDir()
	module(t, dir, about("x", "1.0.0", calling))
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, trust.LockFile))
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string { return strings.Replace(string(good), old, new, 1) }
	entry := change("{\n", "")
	entry = entry[strings.Index(entry, "    {") : strings.Index(entry, "    }")+len("    }")]
	for _, tt := range []struct{ name, text, says string }{
		{"nothing", "", "not JSON"},
		{"half a lock", string(good[:len(good)/2]), "not JSON"},
		{"a conflict of two branches", "<<<<<<< ours\n" + string(good), "not JSON"},
		{"a newer version", change(`"version": 1`, `"version": 2`), "upgrade ocrmux"},
		{"a key twice, of which the second would count", change(`"kind": "wasm"`, `"kind": "process", "kind": "wasm"`), "line 7"},
		{"an unknown key", change(`"kind"`, `"kin"`), "line 7"},
		{"a plugin twice", change(entry, entry+",\n"+entry), `"x" twice`},
		{"a number for a text", change(`"kind": "wasm"`, `"kind": 1`), "cannot be understood"},
		{"something after it", string(good) + "{}", "not JSON"},
	} {
		if _, err := trust.ParseLock([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want …%s…", tt.name, err, tt.says)
		}
	}
}

func TestAFolderWithoutALockHasAnEmptyOne(t *testing.T) {
	l, err := trust.ReadLock(t.TempDir())
	if !errors.Is(err, fs.ErrNotExist) || len(l.Entries) != 0 {
		t.Errorf("%v, %v", l, err)
	}
}

//attack:supply-approved other code, another manifest and more permissions than the lock has
func TestOnlyWhatTheLockApprovesIsLoaded(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, dir string)
		cause  catalog.Cause
		code   message.Code
		says   string
	}{
		{"as approved", func(*testing.T, string) {}, "", "", ""},
		{"no lock", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, trust.LockFile)) }, catalog.NotLocked, message.PluginLockMissing, "plugins.lock"},
		{"a lock without it", func(t *testing.T, dir string) {
			if err := new(trust.Lock).Write(dir); err != nil {
				t.Fatal(err)
			}
		}, catalog.NotLocked, message.PluginLockUnlisted, "plugins.lock"},
		{"other bytes", func(t *testing.T, dir string) {
			module(t, dir, about("x", "1.0.0", calling+`, "description": "new"`))
		}, catalog.WrongChecksum, message.PluginLockBytes, "plugins.lock"},
		{"a capability more", func(t *testing.T, dir string) {
			module(t, dir, about("x", "1.0.0", strings.Replace(calling, `["sha256"]`, `["sha256", "plain"]`, 1)))
		}, catalog.NotApproved, message.PluginLockWantsMore, "(secret app_key: plain)"},
		{"a capability less", func(t *testing.T, dir string) { module(t, dir, about("x", "1.0.0", "")) }, catalog.WrongChecksum, message.PluginLockBytes, "ocrmux plugin lock"},
		{"a lock that was made to approve less", func(t *testing.T, dir string) { edit(t, dir, "        \"host function sign\",\n", "") }, catalog.NotApproved, message.PluginLockWantsMore, "host function sign"},
		{"a lock that was made to approve more", func(t *testing.T, dir string) {
			edit(t, dir, "        \"host function sign\",\n", "        \"host function sign\",\n        \"magic\",\n")
		}, catalog.NotApproved, message.PluginLockCapabilities, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			module(t, dir, about("x", "1.0.0", calling))
			if err := trust.Approve(dir); err != nil {
				t.Fatal(err)
			}
			tt.change(t, dir)
			found := find(t, dir)
			if err := (trust.Policy{}).Validate(dir, found); err != nil {
				t.Fatal(err)
			}
			cause, says := causeOf(t, found[0].Err)
			if cause != tt.cause || tt.code != "" && !message.Error(found[0].Err).Has(tt.code) || !strings.Contains(says, tt.says) || strings.Contains(says, dir) {
				t.Errorf("%s: %s\nwant %s, %s: …%s…", cause, says, tt.cause, tt.code, tt.says)
			}
			found = find(t, dir)
			if err := (trust.Policy{Unlocked: true}).Validate(dir, found); err != nil || found[0].Err != nil {
				t.Errorf("without the lock: %v, %v", err, found[0].Err)
			}
		})
	}
}

//attack:supply-approved changing the manifest beside a program
func TestTheLockIsOfTheManifestBesideAnExecutableToo(t *testing.T) {
	dir := t.TempDir()
	executable(t, dir, "x", "code", about("x", "1.0.0", ""))
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	executable(t, dir, "x", "code", about("x", "1.0.0", `, "description": "new"`))
	found := find(t, dir)
	if err := (trust.Policy{}).Validate(dir, found); err != nil {
		t.Fatal(err)
	}
	if cause, _ := causeOf(t, found[0].Err); cause != catalog.WrongChecksum {
		t.Errorf("got %s", cause)
	}
}

//attack:supply-approved a lock that cannot be read
func TestNothingIsLoadedByALockThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	module(t, dir, about("x", "1.0.0", ""))
	write(t, filepath.Join(dir, trust.LockFile), "{}")
	if err := (trust.Policy{}).Validate(dir, find(t, dir)); err == nil {
		t.Error("there is no error")
	}
}

//attack:supply-approved locks that were changed at random
func FuzzParseLock(f *testing.F) {
	dir := f.TempDir()
	module(f, dir, about("x", "1.0.0", calling))
	if err := trust.Approve(dir); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, trust.LockFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version": 1, "plugins": [null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := trust.ParseLock(text)
		if err != nil {
			return
		}
		again, err := l.Text()
		if err != nil || string(again) != strings.ReplaceAll(string(text), "\r\n", "\n") {
			t.Errorf("read %q and wrote %q: %v", text, again, err)
		}
	})
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// edit changes the lock of a folder by hand.
func edit(t *testing.T, dir, old, new string) {
	t.Helper()
	path := filepath.Join(dir, trust.LockFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), old, new, 1)
	if changed == string(text) {
		t.Fatalf("%q is not in\n%s", old, text)
	}
	write(t, path, changed)
}
