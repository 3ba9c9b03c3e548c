// Package telemetry exports what the engine reports: spans to a collector over OTLP, metrics to Prometheus, and trace IDs to the log.
//
// It does not delay calls: spans are sent in the background, and dropped if the collector cannot keep up.
package telemetry
