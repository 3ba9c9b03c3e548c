package engine

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/ocrmux/ocrmux/internal/money"
)

// observeStatus registers the gauges of budgets, providers and plugins until the engine is closed.
func (e *Engine) observeStatus() error {
	m := e.shared.watch.meters
	if m == nil {
		return nil
	}
	g := &m.gauges
	registration, err := m.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := e.now.Load()
		g.budgets(o, e.Budgets(), string(now.currency()))
		g.accounts(o, now.router.Status())
		g.plugins(o, now.modules)
		return nil
	}, g.budgetLeft, g.budgetLimit, g.budgetCallsLeft, g.budgetCallsLimit, g.ready, g.parked, g.breaker, g.instances, g.memory, g.replaced)
	if err != nil {
		return fmt.Errorf("the metering cannot be used: %w", err)
	}
	e.unobserve = registration.Unregister
	return nil
}

func (g *gauges) budgets(o metric.Observer, accounts []money.BudgetStatus, currency string) {
	for i := range accounts {
		a := &accounts[i]
		at := metric.WithAttributes(
			attribute.String("ocrmux.budget.scope", string(a.Scope)), attribute.String("ocrmux.budget.name", a.Name),
			attribute.String("ocrmux.budget.per", string(a.Per)), attribute.String("ocrmux.budget.pool", a.Pool.String()), keyCurrency.String(currency),
		)
		if a.Limit.Amount > 0 {
			o.ObserveFloat64(g.budgetLeft, units(a.Left.Amount), at)
			o.ObserveFloat64(g.budgetLimit, units(a.Limit.Amount), at)
		}
		if a.Limit.Calls > 0 {
			o.ObserveFloat64(g.budgetCallsLeft, float64(a.Left.Calls), at)
			o.ObserveFloat64(g.budgetCallsLimit, float64(a.Limit.Calls), at)
		}
	}
}

func (g *gauges) accounts(o metric.Observer, status []ProviderStatus) {
	for i := range status {
		x := &status[i]
		provider := keyProvider.String(x.Provider)
		o.ObserveFloat64(g.ready, oneIf(x.Ready), metric.WithAttributes(provider))
		o.ObserveFloat64(g.parked, oneIf(x.Parked != nil), metric.WithAttributes(provider))
		if x.Breaker == "" {
			continue
		}
		for _, state := range []string{"closed", "open", "half-open", "returning"} {
			o.ObserveFloat64(g.breaker, oneIf(x.Breaker == state), metric.WithAttributes(provider, attribute.String("ocrmux.breaker.state", state)))
		}
	}
}

func (g *gauges) plugins(o metric.Observer, modules []*loadedModule) {
	for _, l := range modules {
		s, at := l.Value.Status(), metric.WithAttributes(keyPlugin.String(l.Key.name), keyKind.String(string(l.Key.kind)))
		o.ObserveFloat64(g.instances, float64(s.Instances), at)
		o.ObserveFloat64(g.replaced, float64(s.Replaced), at)
		if s.Memory > 0 {
			o.ObserveFloat64(g.memory, float64(s.Memory), at)
		}
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
