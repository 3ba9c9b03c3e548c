package config

import (
	"net/url"

	"github.com/invopop/jsonschema"

	"github.com/ocrmux/ocrmux/host/internal/telemetry"
)

// Telemetry configures traces and metrics.
type Telemetry struct {
	Traces  Traces  `json:"traces,omitempty" jsonschema_description:"Spans of calls, attempts, steps and exchanges."`
	Metrics Metrics `json:"metrics,omitempty" jsonschema_description:"Counters, durations and gauges."`
}

// Traces configures where spans are sent.
type Traces struct {
	OTLP   CollectorURL `json:"otlp,omitempty" jsonschema_description:"URL of a collector that takes spans over OTLP/HTTP. Default: there are no traces."`
	Sample *float64     `json:"sample,omitempty" jsonschema:"minimum=0,maximum=1,default=1" jsonschema_description:"Share of the calls that are traced."`
}

// Metrics configures how metrics are served.
type Metrics struct {
	Prometheus *bool `json:"prometheus,omitempty" jsonschema:"default=true" jsonschema_description:"Whether the gateway has metrics at /metrics, in the format of Prometheus. With tenants, for admins."`
}

// CollectorURL is the URL of a collector.
type CollectorURL string

// JSONSchema returns the schema of a collector's URL. It has no pattern: a value that breaks a pattern is shown, and a URL may
// hold credentials.
func (CollectorURL) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MinLength: ptr(uint64(1)), Examples: []any{"http://collector:4318"}}
}

func (b *builder) telemetry() {
	t := b.File.Telemetry
	b.Config.Telemetry = telemetry.Config{OTLP: string(t.Traces.OTLP), Sample: 1, Prometheus: true}
	if t.Traces.Sample != nil {
		b.Config.Telemetry.Sample = *t.Traces.Sample
	}
	if t.Metrics.Prometheus != nil {
		b.Config.Telemetry.Prometheus = *t.Metrics.Prometheus
	}
	if t.Traces.OTLP == "" {
		return
	}
	u, err := url.Parse(string(t.Traces.OTLP))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		b.wrong([]string{"telemetry", "traces", "otlp"}, "is no URL of a collector",
			`scheme, host, optional port and path, such as "http://collector:4318"; credentials belong in the variable OTEL_EXPORTER_OTLP_HEADERS`)
	}
}
