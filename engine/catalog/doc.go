// Package catalog finds plugins and judges them without running them, and defines what the engine and its two runtimes
// agree on: Runtime, Module and Host.
package catalog
