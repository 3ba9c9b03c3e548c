// Package fuel writes an instruction counter into a WebAssembly module, so that a guest which does not stop is stopped.
//
// [Instrument] appends one exported mutable i64 global, [Global], and charges it inside the guest's own code:
//
//   - every basic block takes off the number of its instructions when it is entered; blocks, loops and their ends are free;
//   - function entries and loop heads cost 1 more, entries also 1 for 8 locals, and they trap (unreachable) when the
//     counter is below zero. Every cycle of execution passes through one of the two, so every guest ends, loop-free
//     recursion included;
//   - memory.fill, memory.copy, memory.init and the table instructions with a length pay for that length before they run,
//     and trap if they cannot; memory.grow and table.grow, which leave compiled code, pay a fixed price as well.
//
// After Set(m, n) a call therefore executes at most n instructions plus, in each function then active, those up to its
// next call or loop. The same module with the same input uses exactly the same fuel on every run and machine.
//
// Counting by basic block rather than by loop body makes fuel follow time: Go compiles each function to one loop around all
// its code, whose head would pay for all of it at every backward jump. On amd64 a nanosecond is 4 to 14 fuel, a Go guest
// runs 1.2 to 1.4 times as long as without the counter (5 to 15 times with wazero's close-on-context-done), and
// instrumenting takes about 7 ms and 1.25 times the bytes for each megabyte of module.
//
// The host gives fuel with [Set] before each call, and after a call that failed asks [Exhausted] whether fuel was the
// reason. A guest cannot refill itself: an index that would reach the new global is refused while instrumenting.
//
// Instrument also estimates what compiling the module takes, and refuses a module that takes too much.
//
// # What it does not bound
//
//   - Host functions: they must heed their context themselves.
//   - Depth of the call stack: wazero ends a call whose stack outgrows its own ceiling (v1.12.0: 50 MB compiled, 2,000
//     frames interpreted) with a stack overflow error, which Exhausted tells apart.
//   - Memory: the runtime's page limit does. A table that grows pays for each element, a table declared large does not.
//
// # What it changes
//
// Custom sections are kept as they are. Function indices do not change, so names stay right; byte offsets do, so line
// numbers that a trace derives from DWARF sections are off.
//
// Sources: WebAssembly Core Specification 2.0, chapter 5 (binary format), https://www.w3.org/TR/wasm-core-2/#binary-format;
// wazero v1.12.0 for what its CoreFeaturesV2 accepts.
package fuel
