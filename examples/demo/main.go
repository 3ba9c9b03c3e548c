// Command demo reads one card five times and prints the results side by side: once with the provider local on this
// machine, and once with each vendor's adapter. The adapters call the vendors' front doors, behind which local reads the
// card again.
//
//	go run ./examples/demo
//
// Run make build first. Nothing leaves this machine: the front doors listen on a loopback address, with random
// credentials.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/host"
)

const plugins = "bin/plugins"

// vendors returns the vendors in the order of the table.
func vendors() []string { return []string{"duguang", "showapi", "wapi", "jumdata"} }

func main() {
	if err := run(context.Background(), "examples/cards/specimen-front.jpg"); err != nil {
		log.Fatal("demo: ", err)
	}
}

func run(ctx context.Context, picture string) (err error) {
	accounts := accounts()
	behind, err := openBehind(ctx, accounts)
	if err != nil {
		return fmt.Errorf("%w; run make build first", err)
	}
	defer func() { err = errors.Join(err, behind.Close(ctx)) }()
	address, stop, err := serve(ctx, behind)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	front, err := openFront(ctx, accounts, "http://"+address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, front.Close(ctx)) }()

	fmt.Printf("%s, a synthetic specimen (样本), read on this machine and through each vendor's own protocol\n\n", picture)
	results := []result{read(ctx, behind, picture, "local")}
	for _, name := range vendors() {
		results = append(results, read(ctx, front, picture, name))
	}
	_, err = fmt.Print(compare(results))
	return err
}

// accounts returns random credentials by vendor, for the adapters and for the front doors.
func accounts() map[string]map[string]engine.Secret {
	code, id, secret := engine.NewSecret(rand.Text()), engine.NewSecret(rand.Text()), engine.NewSecret(rand.Text())
	return map[string]map[string]engine.Secret{
		"duguang": {"app_key": id, "app_secret": secret}, // signed
		"showapi": {"app_code": code},
		"wapi":    {"app_id": id, "app_secret": secret},
		"jumdata": {"app_id": id, "app_secret": secret},
	}
}

// openBehind opens the engine that reads cards with local and has the front doors of all four vendors.
func openBehind(ctx context.Context, accounts map[string]map[string]engine.Secret) (*engine.Engine, error) {
	doors := make(map[string]engine.FrontDoor)
	for name, account := range accounts {
		doors[name] = engine.FrontDoor{Clients: []engine.Client{{Secrets: account}}}
	}
	modules, err := newWASM()
	if err != nil {
		return nil, err
	}
	return engine.Open(ctx, engine.Config{
		Plugins: plugins, Runtimes: []engine.Runtime{modules, process.New(process.Config{})},
		Providers: map[string]engine.ProviderConfig{"local": {}}, FrontDoors: doors,
	})
}

// openFront opens the engine that calls the vendors, which all have the same address.
func openFront(ctx context.Context, accounts map[string]map[string]engine.Secret, address string) (*engine.Engine, error) {
	providers := make(map[string]engine.ProviderConfig)
	for name, account := range accounts {
		providers[name] = engine.ProviderConfig{Config: map[string]any{"endpoint": address}, Secrets: account}
	}
	modules, err := newWASM()
	if err != nil {
		return nil, err
	}
	return engine.Open(ctx, engine.Config{Plugins: plugins, Runtimes: []engine.Runtime{modules}, Providers: providers})
}

// newWASM returns a runtime that shares compiled modules with the command ocrmux, if the user has a cache folder.
func newWASM() (*wasm.Runtime, error) {
	cfg := wasm.Config{}
	if dir, err := os.UserCacheDir(); err == nil {
		cfg.CacheDir = filepath.Join(dir, "ocrmux")
	}
	return wasm.New(cfg)
}

// serve serves the front doors on a free port. Call stop at the end.
func serve(ctx context.Context, e *engine.Engine) (address string, stop func() error, err error) {
	handler, err := host.NewHandler(e, host.Config{})
	if err != nil {
		return "", nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 20} // wapi's clients send the picture in the query
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(listener) }()
	return listener.Addr().String(), func() error {
		err := s.Shutdown(ctx)
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}, nil
}

// result is the result of one provider.
type result struct {
	provider string
	card     *engine.Recognition
	err      error
}

func read(ctx context.Context, e *engine.Engine, picture, provider string) result {
	request := engine.Request{Picture: engine.File(picture), Provider: provider}
	if provider == "local" || provider == "duguang" { // the others do not locate the portrait
		request.Extras = []string{"portrait"}
	}
	card, err := e.Recognize(ctx, request)
	return result{provider, card, err}
}
