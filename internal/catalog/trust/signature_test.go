package trust_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// keyOf is a key that is the same in every run.
func keyOf(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

//attack:supply-approved no signature, and one of a stranger
func TestOnceAKeyIsTrustedEveryPluginNeedsASignatureOfOne(t *testing.T) {
	trusted, stranger := keyOf(1), keyOf(2)
	sign := func(t *testing.T, key ed25519.PrivateKey, p catalog.Plugin) {
		t.Helper()
		if err := trust.Sign(key, p).Write(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, p catalog.Plugin)
		cause  catalog.Cause
		code   message.Code
		says   string
	}{
		{"signed by a trusted key", func(t *testing.T, p catalog.Plugin) { sign(t, trusted, p) }, "", "", ""},
		{"not signed", func(*testing.T, catalog.Plugin) {}, catalog.NotSigned, message.PluginUnsigned, "x.sig"},
		{"signed by a stranger", func(t *testing.T, p catalog.Plugin) { sign(t, stranger, p) }, catalog.NotSigned, message.PluginSignedByStranger, trust.KeyID(public(stranger))},
		{"signed by a stranger in the name of a trusted key", func(t *testing.T, p catalog.Plugin) {
			s := trust.Sign(stranger, p)
			s.Key = public(trusted)
			if err := s.Write(p); err != nil {
				t.Fatal(err)
			}
		}, catalog.BadSignature, message.PluginSignatureChanged, "x.sig"},
		{"executable changed after it was signed", func(t *testing.T, p catalog.Plugin) {
			sign(t, trusted, p)
			write(t, p.Path, "other code")
		}, catalog.BadSignature, message.PluginSignatureChanged, "x.sig"},
		{"manifest changed after it was signed", func(t *testing.T, p catalog.Plugin) {
			sign(t, trusted, p)
			write(t, p.Path+".manifest.json", about("x", "1.0.0", calling))
		}, catalog.BadSignature, message.PluginSignatureChanged, "x.sig"},
		{"signature of another plugin", func(t *testing.T, p catalog.Plugin) {
			other := executable(t, t.TempDir(), "x", "older code", about("x", "0.9.0", ""))
			sign(t, trusted, other)
			text, err := os.ReadFile(trust.SignaturePath(other))
			if err != nil {
				t.Fatal(err)
			}
			write(t, trust.SignaturePath(p), string(text))
		}, catalog.BadSignature, message.PluginSignatureChanged, "x.sig"},
		{"a signature that is none", func(t *testing.T, p catalog.Plugin) { write(t, trust.SignaturePath(p), "signed, me") }, catalog.BadSignature, message.PluginSignatureBad, "not JSON"},
		{"a signature that is too long", func(t *testing.T, p catalog.Plugin) {
			write(t, trust.SignaturePath(p), strings.Repeat(" ", trust.MaxSignatureBytes+1))
		}, catalog.BadSignature, message.PluginSignatureBad, "16384 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.change(t, executable(t, dir, "x", "code", about("x", "1.0.0", "")))
			found := find(t, dir)
			policy := trust.Policy{Unlocked: true, Keys: []ed25519.PublicKey{public(keyOf(3)), public(trusted)}}
			if err := policy.Validate(dir, found); err != nil {
				t.Fatal(err)
			}
			if cause, says := causeOf(t, found[0].Err); cause != tt.cause || tt.code != "" && !message.Error(found[0].Err).Has(tt.code) || !strings.Contains(says, tt.says) {
				t.Errorf("%s: %s\nwant %s, %s: …%s…", cause, says, tt.cause, tt.code, tt.says)
			}
		})
	}
}

//attack:supply-approved a signature of other code, kind or manifest
func TestTheStatementNamesEverythingThatIsSigned(t *testing.T) {
	p := executable(t, t.TempDir(), "x", "code", about("x", "1.0.0", ""))
	want := `ocrmux plugin signature v1
name x
version 1.0.0
kind process
sha256 5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b
manifest-sha256 ` + trust.NewEntry(p).ManifestSHA256 + "\n"
	if diff := cmp.Diff(want, string(trust.Statement(p))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASignatureIsReadAsItIsWrittenAndNotOtherwise(t *testing.T) {
	p := module(t, t.TempDir(), about("x", "1.0.0", ""))
	s := trust.Sign(keyOf(1), p)
	good, err := s.Text()
	if err != nil {
		t.Fatal(err)
	}
	got, err := trust.ParseSignature(good)
	if err != nil || got.Verify(p) != nil {
		t.Fatalf("%v, %v", err, got.Verify(p))
	}
	for _, tt := range []struct{ name, old, new, says string }{
		{"a newer version", `"version": 1`, `"version": 2`, "version 2"},
		{"another algorithm", `"ed25519"`, `"none"`, "algorithm"},
		{"the id of another key", trust.KeyID(s.Key), trust.KeyID(public(keyOf(2))), "not as ocrmux plugin sign writes it"},
		{"a signature cut off", `=="`, `"`, "base64"},
		{"an unknown key", `"version"`, `"note": "", "version"`, "not as"},
	} {
		text := strings.Replace(string(good), tt.old, tt.new, 1)
		if _, err := trust.ParseSignature([]byte(text)); text == string(good) || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want …%s…", tt.name, err, tt.says)
		}
	}
	if err := (trust.Signature{}).Verify(p); err == nil {
		t.Error("no signature at all is good")
	}
}

func TestKeysAreThoseOfOpenSSL(t *testing.T) {
	testenv.Need(t, "openssl")
	dir := t.TempDir()
	private, pub, id, err := trust.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	ours := filepath.Join(dir, "ours.pem")
	write(t, ours, string(private))
	if out, err := exec.Command("openssl", "pkey", "-in", ours, "-pubout").Output(); err != nil || string(out) != string(pub) {
		t.Errorf("openssl makes %s of our private key, want %s: %v", out, pub, err)
	}
	if key, err := trust.ParsePublicKey(pub); err != nil || trust.KeyID(key) != id {
		t.Errorf("%v, %v", key, err)
	}
	theirs, err := exec.Command("openssl", "genpkey", "-algorithm", "ed25519").Output()
	if err != nil {
		t.Fatal(err)
	}
	key, err := trust.ParsePrivateKey(theirs)
	if err != nil {
		t.Fatal(err)
	}
	// The statement can be verified with openssl alone, as the documentation says.
	p := module(t, dir, about("x", "1.0.0", ""))
	statement, signature, theirKey := filepath.Join(dir, "statement"), filepath.Join(dir, "signature"), filepath.Join(dir, "theirs.pem")
	write(t, statement, string(trust.Statement(p)))
	write(t, signature, string(trust.Sign(key, p).Bytes))
	write(t, theirKey, string(theirs))
	if out, err := exec.Command("openssl", "pkeyutl", "-verify", "-rawin", "-in", statement, "-sigfile", signature, "-inkey", theirKey).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestWhatIsNoKeyOfOursIsRefused(t *testing.T) {
	private, pub, _, err := trust.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	for name, text := range map[string][]byte{"nothing": nil, "the public key": pub, "a certificate": []byte(certificate), "bytes in its frame": []byte(strings.ReplaceAll(certificate, "CERTIFICATE", "PRIVATE KEY"))} {
		if _, err := trust.ParsePrivateKey(text); err == nil {
			t.Errorf("%s: taken for a private key", name)
		}
	}
	for name, text := range map[string][]byte{"nothing": nil, "the private key": private, "a certificate": []byte(certificate), "bytes in its frame": []byte(strings.ReplaceAll(certificate, "CERTIFICATE", "PUBLIC KEY"))} {
		if _, err := trust.ParsePublicKey(text); err == nil || strings.Contains(err.Error(), string(private[40:60])) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseSignature(f *testing.F) {
	good, err := trust.Sign(keyOf(1), module(f, f.TempDir(), about("x", "1.0.0", ""))).Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := trust.ParseSignature(text)
		if err == nil && len(s.Key) != ed25519.PublicKeySize {
			t.Errorf("a key of %d bytes", len(s.Key))
		}
	})
}
