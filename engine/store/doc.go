// Package store is where the state of routes lies that outlives a call or is shared by several programs: what budgets have
// left, which accounts are parked, how long vendors take, and a ledger of every attempt. [Store] is the interface;
// [NewMemory] keeps everything in this process, and package jetstream in NATS JetStream.
package store
