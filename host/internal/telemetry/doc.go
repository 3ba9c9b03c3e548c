// Package telemetry carries what the engine tells of its work to where operators look: spans to a collector over OTLP, metrics to
// Prometheus, and the trace's id into the log.
//
// Nothing of it holds up a call: spans are sent in the background, and dropped where the collector cannot keep up.
package telemetry
