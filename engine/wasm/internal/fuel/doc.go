// Package fuel writes a meter into a WebAssembly module, so that a guest which does not stop is stopped.
//
// [Instrument] appends one exported mutable i64 global, the counter [Global], and one imported function, refill of
// [ImportModule], and charges the counter inside the guest's own code:
//
//   - every basic block takes off the price of its instructions when it is entered (prices.go), and where a block ends,
//     that of the locals that may have been set in it;
//   - function entries and loop heads look whether the counter is below zero, and then call the host. So does code that has
//     run for long without one of them, on any path, and code after a call. Every cycle of execution passes through a look;
//   - memory.fill, memory.copy, memory.init and the table instructions with a length pay for that length before they run;
//     memory.grow pays for the pages that it was given.
//
// The counter holds a [Portion] of the fuel at most; the rest is in the host's [Tank]. In refill the host looks whether fuel
// is left and whether the call's context is done, and ends the call if so. Host functions do the same with [Toll] before
// they do anything. A portion lasts a quarter of a millisecond in a plain loop, and half of one in the dearest code.
//
// The price of all else is measured in plain loops: for the same fuel nothing takes more than twice as long
// (BenchmarkPrices). The same module with the same input uses exactly the same fuel on every run and machine. A Go
// guest runs 1.2 to 1.8 times as long as without the meter (5 to 15 times with wazero's close-on-context-done).
//
// A guest cannot reach the counter, the function or the local that the meter adds: whatever would name them is refused
// while instrumenting, also in code that cannot be reached.
//
// Instrument also estimates what compiling the module takes, and refuses a module that takes too much.
//
// # What it does not bound
//
//   - Depth of the call stack: wazero ends a call whose stack outgrows its own ceiling (v1.12.0: 50 MB compiled, 2,000
//     frames interpreted) with a stack overflow error. Frames that return one after the other look at the counter after a
//     thousand fuel each, which takes 9 ms for as many as fit.
//   - Memory: the runtime's page limit does. A table that grows pays for each element.
//   - What makes a processor slower than its instructions: other programs that use its caches, memories above 16 MiB,
//     denormal floats on processors that handle them in microcode.
//
// # What it changes
//
// The host's function comes after the imported functions, so all others have a new index. The names of functions and
// locals are renumbered with them; other custom sections are kept as they are. Byte offsets change, so line numbers that
// a trace derives from DWARF sections are off.
//
// Sources: WebAssembly Core Specification 2.0, chapter 5 (binary format), https://www.w3.org/TR/wasm-core-2/#binary-format;
// wazero v1.12.0 for what its CoreFeaturesV2 accepts.
package fuel
