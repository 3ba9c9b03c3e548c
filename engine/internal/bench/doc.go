// Package bench holds the benchmarks that docs/benchmarks.md reports: each measures ocrmux and what it is compared with in
// one run and gives the ratio. Vendors and hand-written clients run in processes of their own, so that memory and CPU time
// can be measured separately.
//
//	make bench
package bench
