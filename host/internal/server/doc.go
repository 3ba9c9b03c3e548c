// Package server serves an engine over HTTP: the HTTP API of docs/api.md, the console, the vendors' front doors, and health checks.
package server
