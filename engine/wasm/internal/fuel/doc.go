// Package fuel writes an instruction counter into a WebAssembly module, so that a guest which does not stop is stopped.
//
// [Instrument] appends one exported mutable i64 global, [Global], and charges it inside the guest's own code:
//
//   - every basic block takes off the number of its instructions when it is entered;
//   - function entries and loop heads also trap (unreachable) when the counter is below zero. Every cycle of execution
//     passes through one of the two, so every guest ends, loop-free recursion included;
//   - memory.fill, memory.copy, memory.init and the table instructions with a length pay for that length before they run,
//     and trap if they cannot; memory.grow and table.grow, which leave compiled code, pay a fixed price as well.
//
// After Set(m, n) a call therefore executes at most n instructions plus one path through one function body without a
// loop. The same module with the same input uses exactly the same fuel on every run and machine.
//
// The host gives fuel with [Set] before each call, and after a call that failed asks [Exhausted] whether fuel was the
// reason. A guest cannot refill itself: an index that would reach the new global is refused while instrumenting.
//
// # What it does not bound
//
//   - Host functions: they must heed their context themselves.
//   - Depth of the call stack: wazero ends a call whose stack outgrows its own ceiling (v1.12.0: 50 MB compiled, 2,000
//     frames interpreted) with a stack overflow error, which Exhausted tells apart.
//   - Memory: the runtime's page limit does. A table that grows pays for each element, a table declared large does not.
//
// # Order of use
//
// Custom sections are kept as they are. Function indices do not change, so names stay right; byte offsets do, so line
// numbers that a trace derives from DWARF sections are off.
//
// Sources: WebAssembly Core Specification 2.0, chapter 5 (binary format), https://www.w3.org/TR/wasm-core-2/#binary-format;
// wazero v1.12.0 for what its CoreFeaturesV2 accepts.
package fuel
