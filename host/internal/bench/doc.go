// Package bench holds the benchmarks of the gateway that docs/benchmarks.md reports. The gateway is the program itself, built and
// started as its users do it: with plugins in WebAssembly, tenants with keys, budgets, metrics, and its state in a folder.
//
//	make bench
package bench
