package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/host/internal/telemetry"
)

func TestTelemetryIsConfigured(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want telemetry.Config
	}{
		"nothing":                             {"", telemetry.Config{Sample: 1, Prometheus: true}},
		"no metrics":                          {"telemetry: {metrics: {prometheus: false}}", telemetry.Config{Sample: 1}},
		"every call is traced":                {`telemetry: {traces: {otlp: "http://collector:4318"}}`, telemetry.Config{Sample: 1, Prometheus: true, OTLP: "http://collector:4318"}},
		"a tenth is traced":                   {`telemetry: {traces: {otlp: "https://collector/in", sample: 0.1}}`, telemetry.Config{Sample: 0.1, Prometheus: true, OTLP: "https://collector/in"}},
		"none is, unless the caller wants it": {`telemetry: {traces: {otlp: "http://collector:4318", sample: 0}}`, telemetry.Config{Prometheus: true, OTLP: "http://collector:4318"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := load(t, map[string]string{"config.yaml": c.file}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Telemetry, cmpopts.IgnoreFields(telemetry.Config{}, "Logger", "Now")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTelemetryCollectorThatCannotBeRightIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]string{
		"no scheme": "hunter2:4318", "another scheme": "grpc://hunter2:4317", "no host": "http://", "credentials": "http://me:hunter2@collector:4318",
		"a query": "http://collector:4318?token=hunter2", "no URL": "http://hunter2:a b",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := load(t, map[string]string{"config.yaml": `telemetry: {traces: {otlp: "` + at + `"}}`}, nil)
			if err == nil || !strings.Contains(err.Error(), "telemetry.traces.otlp: is no URL of a collector") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}
