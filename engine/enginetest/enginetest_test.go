package enginetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/enginetest"
	"github.com/ocrmux/ocrmux/engine/idcard"
)

func TestOpenReadsTheSpecimen(t *testing.T) {
	t.Parallel()
	e := enginetest.Open(t)
	r, err := e.Recognize(t.Context(), engine.Request{Picture: enginetest.Picture()})
	if err != nil {
		t.Fatal(err)
	}
	if r.Fields[idcard.FieldBirthDate].Value != "1990-03-07" || r.Checks[idcard.CheckIDNumberChecksum] != idcard.Pass {
		t.Errorf("%+v", r)
	}
	if len(r.Attempts) != 1 || r.Attempts[0].Provider != "fake" || r.Attempts[0].Billed != engine.BilledYes {
		t.Errorf("%+v", r.Attempts)
	}
}

func TestRespondDecidesWhatARouteMeets(t *testing.T) {
	t.Parallel()
	limited := enginetest.Provider{Name: "limited", Respond: func(context.Context, enginetest.Input) enginetest.Output {
		return enginetest.Output{Failure: &engine.Failure{Kind: engine.FailureRateLimited, Fault: engine.FaultVendor, FailOver: true, Billed: engine.BilledNo}}
	}}
	asked := make(chan enginetest.Input, 1)
	second := enginetest.Provider{Name: "second", Respond: func(_ context.Context, in enginetest.Input) enginetest.Output {
		asked <- in
		return enginetest.Output{Fields: map[string]string{idcard.FieldName: "样本"}, Billed: engine.BilledNo}
	}}
	e := enginetest.Open(t, limited, second)
	r, err := e.Recognize(t.Context(), engine.Request{Picture: enginetest.Picture(), Side: engine.Back, Options: map[string]any{"mode": "fast"}})
	if err != nil {
		t.Fatal(err)
	}
	if in := <-asked; in.Side != engine.Back || in.Options["/mode"] != "fast" || in.Document != idcard.Document {
		t.Errorf("asked for %+v", in)
	}
	if r.Side != engine.Back || len(r.Attempts) != 2 || r.Attempts[0].Failure.Kind != engine.FailureRateLimited {
		t.Errorf("%+v", r)
	}
}

func TestConfigCanBeChangedBeforeOpen(t *testing.T) {
	t.Parallel()
	cfg := enginetest.Config(t, enginetest.Provider{Name: "dear"})
	price, err := engine.ParseAmount("0.10")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Providers["dear"] = engine.ProviderConfig{Price: engine.Price{PerCall: &price}}
	cfg.Money.Budgets = []engine.Budget{{Scope: engine.ScopeProvider, Name: "dear", Per: engine.Day, Limit: engine.Units{Amount: price}}}
	e, err := engine.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(context.Background()) }()
	if _, err := e.Recognize(t.Context(), engine.Request{Picture: enginetest.Picture()}); err != nil {
		t.Fatal(err)
	}
	_, err = e.Recognize(t.Context(), engine.Request{Picture: enginetest.Picture(), Side: engine.Front})
	var failed *engine.Error
	var spent *engine.BudgetError
	if !errors.As(err, &failed) || failed.Failure.Kind != engine.FailureQuotaExhausted || !errors.As(err, &spent) || spent.Name != "dear" {
		t.Errorf("%v", err)
	}
}
