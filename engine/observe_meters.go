package engine

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/metric"
)

// meters count and measure what the engine does.
type meters struct {
	calls, saved, attempts                        metric.Int64Counter
	active                                        metric.Int64UpDownCounter
	cost                                          metric.Float64Counter
	callTime, attemptTime, stepTime, exchangeTime metric.Float64Histogram
	gauges                                        gauges
	meter                                         metric.Meter
}

// gauges are values that the metering asks for.
type gauges struct {
	budgetLeft, budgetLimit, budgetCallsLeft, budgetCallsLimit metric.Float64ObservableGauge
	ready, parked, breaker, instances, memory                  metric.Float64ObservableGauge
	replaced                                                   metric.Float64ObservableCounter
}

func newMeters(m metric.Meter) (*meters, error) {
	// Bounds in seconds, for what waits for vendors and for what plugins compute.
	waiting := []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}
	computing := []float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5}
	i := instruments{meter: m}
	out := &meters{
		meter:        m,
		calls:        i.counter("ocrmux.calls", "{call}", "Calls that ended."),
		saved:        i.counter("ocrmux.calls.saved", "{call}", "Calls that were answered without asking a provider."),
		attempts:     i.counter("ocrmux.attempts", "{attempt}", "Attempts that ended."),
		callTime:     i.histogram("ocrmux.call.duration", "How long calls took.", waiting),
		attemptTime:  i.histogram("ocrmux.attempt.duration", "How long attempts took.", waiting),
		stepTime:     i.histogram("ocrmux.step.duration", "How long plugins took for one step.", computing),
		exchangeTime: i.histogram("http.client.request.duration", "How long exchanges with vendors took.", waiting),
		gauges: gauges{
			budgetLeft:       i.gauge("ocrmux.budget.left", "", "What is left of a budget, in units of the currency."),
			budgetLimit:      i.gauge("ocrmux.budget.limit", "", "What a budget allows, in units of the currency."),
			budgetCallsLeft:  i.gauge("ocrmux.budget.calls.left", "{call}", "Calls that are left of a budget or package."),
			budgetCallsLimit: i.gauge("ocrmux.budget.calls.limit", "{call}", "Calls that a budget or package allows."),
			ready:            i.gauge("ocrmux.provider.ready", "", "1 for a provider that would be asked, otherwise 0."),
			parked:           i.gauge("ocrmux.provider.parked", "", "1 for a provider that is parked, otherwise 0."),
			breaker:          i.gauge("ocrmux.provider.breaker", "", "1 for the state that a provider's circuit breaker is in, 0 for the others."),
			instances:        i.gauge("ocrmux.plugin.instances", "{instance}", "Instances of a plugin that live."),
			memory:           i.gauge("ocrmux.plugin.memory", "By", "Memory that the live instances of a plugin hold, where that is known."),
		},
	}
	var err1, err2, err3 error
	out.active, err1 = m.Int64UpDownCounter("ocrmux.calls.active", metric.WithUnit("{call}"), metric.WithDescription("Calls that are under way."))
	out.cost, err2 = m.Float64Counter("ocrmux.cost", metric.WithDescription("What attempts cost, or may have cost, in units of the currency."))
	out.gauges.replaced, err3 = m.Float64ObservableCounter("ocrmux.plugin.replaced", metric.WithUnit("{instance}"),
		metric.WithDescription("Instances of a plugin that were replaced after a failure or old age."))
	if err := errors.Join(append(i.errs, err1, err2, err3)...); err != nil {
		return nil, fmt.Errorf("the metering cannot be used: %w", err)
	}
	return out, nil
}

// instruments makes instruments and collects the errors.
type instruments struct {
	meter metric.Meter
	errs  []error
}

func (i *instruments) counter(name, unit, about string) metric.Int64Counter {
	c, err := i.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(about))
	i.errs = append(i.errs, err)
	return c
}

func (i *instruments) histogram(name, about string, bounds []float64) metric.Float64Histogram {
	h, err := i.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about), metric.WithExplicitBucketBoundaries(bounds...))
	i.errs = append(i.errs, err)
	return h
}

func (i *instruments) gauge(name, unit, about string) metric.Float64ObservableGauge {
	g, err := i.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(about))
	i.errs = append(i.errs, err)
	return g
}
