// Package server answers HTTP in front of an engine: the HTTP API of docs/api.md, the console, the vendors' front doors, and health.
package server
