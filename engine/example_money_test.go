package engine_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// The budget is a single call a month, and yet a picture that is sent again within the hour is read: its result is kept, and
// not bought again. Explain says in which order a route asks now.
func ExampleMoney() {
	vendor := httptest.NewServer(new(scanner))
	defer vendor.Close()
	ctx := context.Background()
	modules, err := wasm.New(wasm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.Open(ctx, engine.Config{
		Plugins:  plugins,
		Unlocked: true,
		Runtimes: []engine.Runtime{modules},
		Providers: map[string]engine.ProviderConfig{"jumdata": {
			Plugin:  "jumdata-c",
			Config:  map[string]any{"endpoint": vendor.URL},
			Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("demo"), "app_secret": engine.NewSecret("demo-secret")},
		}},
		Routes:  map[string]engine.Route{"default": {Policy: route.Failover, Providers: []string{"jumdata"}}},
		Money:   engine.Money{Budgets: []money.Budget{{Scope: money.ScopeProvider, Name: "jumdata", Per: money.Month, Limit: money.Units{Calls: 1}}}},
		Results: engine.ResultCache{Entries: 100, TTL: time.Hour},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = e.Close(ctx) }()

	request := engine.Request{Picture: engine.File(card)}
	ranking, _ := e.Explain("default", request)
	fmt.Println(ranking.Policy, ranking.Currency, ranking.Providers[0].Provider)
	for range 2 {
		r, err := e.Recognize(ctx, request)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Fields["name"].Value)
	}
	// Output:
	// failover CNY jumdata
	// 样本人
	// 样本人
}
