package engine_test

import (
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestEngineRunsNoPluginThatIsNotApproved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyFile(t, filepath.Join(built.processes, "actor"), filepath.Join(dir, "actor"))
	copyFile(t, filepath.Join(built.processes, "actor.manifest.json"), filepath.Join(dir, "actor.manifest.json"))
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	state := func(change func(*engine.Config)) engine.ProviderInfo {
		t.Helper()
		e := open(t, func(c *engine.Config) {
			c.Plugins, c.Providers = dir, map[string]engine.ProviderConfig{"p": actor("https://ocr.example")}
			if change != nil {
				change(c)
			}
		})
		r, err := e.Recognize(t.Context(), act(t, "none"))
		if f := failure(t, r, err).Failure; e.Providers()[0].State == catalog.Broken && verdict(f) != "unavailable, billed no, fault operator" {
			t.Errorf("got %s: %s", verdict(f), f.Message)
		}
		return e.Providers()[0]
	}
	if got := state(nil); got.State != catalog.Broken || !got.Reason.Has(message.PluginLockMissing) {
		t.Errorf("without a lock: %+v", got)
	}
	if got := state(func(c *engine.Config) { c.Unlocked = true }); got.State != catalog.Ready {
		t.Errorf("where no lock is wanted: %+v", got)
	}
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	if got := state(nil); got.State != catalog.Ready {
		t.Errorf("approved: %+v", got)
	}
	trusting := func(c *engine.Config) { c.TrustedKeys = []ed25519.PublicKey{key.Public().(ed25519.PublicKey)} }
	if got := state(trusting); got.State != catalog.Broken || !got.Reason.Has(message.PluginUnsigned) {
		t.Errorf("approved but not signed: %+v", got)
	}
	plugin := catalog.File(filepath.Join(dir, "actor")).Plugin
	if err := trust.Sign(key, plugin).Write(plugin); err != nil {
		t.Fatal(err)
	}
	if got := state(trusting); got.State != catalog.Ready {
		t.Errorf("approved and signed: %+v", got)
	}
}

func TestOpenFailsWithALockThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyFile(t, filepath.Join(built.modules, "actor.wasm"), filepath.Join(dir, "actor.wasm"))
	copyFile(t, filepath.Join(built.modules, "actor.wasm"), filepath.Join(dir, trust.LockFile))
	cfg := config(t)
	cfg.Plugins = dir
	var wrong *engine.ConfigError
	if _, err := engine.Open(t.Context(), cfg); !errors.As(err, &wrong) || wrong.Key != "/plugins" {
		t.Errorf("got %v", err)
	}
}
