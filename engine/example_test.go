package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
)

// Of the examples: a folder of plugins, and a picture of a card (SPECIMEN 样本).
const (
	plugins = "internal/compat/testdata/v1.0/guests"
	card    = "internal/compat/testdata/v1.0/exchanges/card.jpg"
)

// Example reads a card through a provider that is a WebAssembly module. The vendor is a server on this machine, so its
// address is configured as the provider's endpoint.
func Example() {
	vendor := httptest.NewServer(new(scanner))
	defer vendor.Close()
	ctx := context.Background()

	modules, err := wasm.New(wasm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Open(ctx, engine.Config{
		Plugins:  plugins,
		Unlocked: true, // the folder has no plugins.lock
		Runtimes: []engine.Runtime{modules},
		Providers: map[string]engine.ProviderConfig{"jumdata": {
			Plugin:  "jumdata-c",
			Config:  map[string]any{"endpoint": vendor.URL},
			Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("demo"), "app_secret": engine.NewSecret("demo-secret")},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	r, err := e.Recognize(ctx, engine.Request{Picture: engine.File(card)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Side, r.Fields["name"].Value, r.Fields["sex"].Value, r.Fields["birth_date"].Value)
	fmt.Println(r.Attempts[0].Provider, r.Attempts[0].Outcome, "billed:", r.Attempts[0].Billed)
	// Output:
	// front 样本人 male 1990-03-07
	// jumdata recognized billed: yes
}

// A route tries one provider after the other. When none gives a document, the error says why, whose fault it was and
// what was billed; decide by it, never by its text.
func ExampleRoute() {
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer busy.Close()
	ctx := context.Background()
	modules, err := wasm.New(wasm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	account := func(id string) engine.ProviderConfig {
		return engine.ProviderConfig{
			Plugin: "jumdata-c", Config: map[string]any{"endpoint": busy.URL},
			Secrets: map[string]engine.Secret{"app_id": engine.NewSecret(id), "app_secret": engine.NewSecret("demo-secret")},
		}
	}
	e, err := engine.Open(ctx, engine.Config{
		Plugins:   plugins,
		Unlocked:  true,
		Runtimes:  []engine.Runtime{modules},
		Providers: map[string]engine.ProviderConfig{"first": account("one"), "second": account("two")},
		Routes:    map[string]engine.Route{"cautious": {Providers: []string{"first", "second"}, Retries: -1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	var r *engine.Recognition
	r, err = e.Recognize(ctx, engine.Request{Route: "cautious", Picture: engine.File(card)})
	var failure *engine.Error
	if errors.As(err, &failure) {
		fmt.Println(r == nil, failure.Failure.Kind, "retryable:", failure.Failure.Retryable, "billed:", failure.Failure.Billed)
		for _, a := range failure.Attempts {
			fmt.Println(a.Provider, a.Outcome, "-", a.Reason)
		}
	}
	// Output:
	// true unavailable retryable: true billed: no
	// first failed - first in route cautious
	// second failed - next after first failed with unavailable
}

// A configuration that is wrong says everything that is wrong with it, and what would be right.
func ExampleConfigError() {
	modules, err := wasm.New(wasm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = engine.Open(context.Background(), engine.Config{
		Plugins:   plugins,
		Unlocked:  true,
		Runtimes:  []engine.Runtime{modules},
		Providers: map[string]engine.ProviderConfig{"jumdata": {Plugin: "jumdata-c", Config: map[string]any{"endpoint": "https://u:p@example.com"}}},
		Routes:    map[string]engine.Route{"default": {Providers: []string{"jumdata", "local"}}},
	})
	fmt.Println(err)
	// Output:
	// provider jumdata: /config/endpoint: not an endpoint; want scheme, host, optional port and path prefix, such as "https://api.example.com"
	// provider jumdata: /secrets: secrets are missing; want app_id and app_secret
	// route default: /providers/1: there is no provider "local"; want one of "jumdata"
}

// What a caller does about a failure follows from its kind and from whose fault it was.
func ExampleFailure() {
	advice := func(kind engine.FailureKind, fault engine.Fault, billed engine.Billed) string {
		switch {
		case kind == abi.FailureKindOutcomeUnknown || billed == abi.BilledUnknown:
			return "ask the vendor before it is tried again"
		case fault == abi.FaultCaller:
			return "ask for another picture"
		case fault == abi.FaultOperator:
			return "call the operator"
		default:
			return "try again later"
		}
	}
	for _, f := range []engine.Failure{
		{Kind: abi.FailureKindUnreadable, Fault: abi.FaultCaller, Billed: abi.BilledYes},
		{Kind: abi.FailureKindQuotaExhausted, Fault: abi.FaultOperator, Billed: abi.BilledNo, VendorCode: "603"},
	} {
		fmt.Println(f, "->", advice(f.Kind, f.Fault, f.Billed))
	}
	// Output:
	// unreadable -> ask for another picture
	// quota_exhausted (vendor: 603) -> call the operator
}
