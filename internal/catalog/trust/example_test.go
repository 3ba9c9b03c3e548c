package trust_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// build puts a version of the plugin acme into a folder, as its author would.
func build(dir, text string) string {
	code, err := plugintest.Hollow(text)
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "acme.wasm")
	if err := os.WriteFile(path, code, 0o600); err != nil {
		log.Fatal(err)
	}
	return path
}

// What a version may do that the approved one may not is shown before anybody approves it.
func ExampleLock_Change() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	var lock trust.Lock
	first := catalog.File(build(dir, `{"name": "acme", "version": "1.0.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}], "hosts": ["https://api.acme.example"]}`))
	lock.Put(trust.NewEntry(first.Plugin))

	second := catalog.File(build(dir, `{"name": "acme", "version": "1.1.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}], "hosts": ["https://api.acme.example", "https://telemetry.example"]}`))
	if change, differs := lock.Change(second.Plugin); differs {
		fmt.Print(change)
	}
	// Output:
	// acme 1.1.0 (wasm), was 1.0.0
	//   + may call https://telemetry.example
}

// A signature is the word of a key; whether the key is trusted is up to the policy.
func ExamplePolicy_Signer() {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	acme := catalog.File(build(dir, `{"name": "acme", "version": "1.0.0", "abi": {"major": 1}, "documents": [{"document": "cn.idcard"}]}`)).Plugin

	author := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	if err := trust.Sign(author, acme).Write(acme); err != nil {
		log.Fatal(err)
	}
	policy := trust.Policy{Keys: []ed25519.PublicKey{author.Public().(ed25519.PublicKey)}}
	key, err := policy.Signer(acme)
	fmt.Println(trust.KeyID(key), err)
	// Output:
	// ed25519:34750f98bd59fcfc946da45aaabe933b <nil>
}
