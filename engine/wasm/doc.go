// Package wasm is the provider runtime for WebAssembly modules, on wazero. [New] makes it; engine.Config takes it.
//
// An instance answers one call at a time and is never held while a vendor thinks, so a pool of about one instance for
// each core serves any number of recognitions in flight. Memory is bounded by a page limit, CPU time by a fuel counter
// that is written into the module when it is loaded. Host functions, and making an instance, have a price in fuel. A call
// also ends when its context is done: the meter looks at it every half millisecond. After any failure of a call the
// instance is closed and replaced: wazero leaves a trapped module open, and its memory is not to be trusted.
//
// Every step begins on pristine state: when a call is over, the host puts memory and globals back to what they were when
// the first instance was ready (see image), and an instance that cannot be put back is replaced. So nothing that a guest
// learns from one caller's message reaches another's.
//
// Guests use the processors in turn, a part of a millisecond each, and leave one to the rest of the program (see turns).
//
// A guest sees nothing of this machine: no files, arguments or variables, a fixed clock and one fixed stream
// of randomness that begins anew with each call. The same input gives the same answer, from a fresh instance or a used one.
package wasm
