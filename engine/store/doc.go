// Package store keeps the state of routes that outlives a call or that several programs share: what budgets have left, which
// accounts are parked, how long vendors take, and a ledger of every attempt. [Store] is the interface. [NewMemory] keeps
// everything in this process, package jetstream in NATS JetStream.
package store
