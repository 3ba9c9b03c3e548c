// Package bench contains the benchmarks of the gateway in docs/benchmarks.md. They build and start the program as users do: with
// WebAssembly plugins, tenants with keys, budgets, metrics, and its state in a folder.
//
//	make bench
package bench
