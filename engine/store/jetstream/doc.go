// Package jetstream keeps the state of routes in [NATS JetStream]: in a server in this process with local files, or in an external
// server or cluster that several programs share. Both use the same code.
//
// Values are in a key-value bucket with one revision per key. The ledger is a stream with a maximum age and size. A single server
// acknowledges a record after it has passed it to the operating system, so the record survives every end of the process. With
// replicas, the majority has it. A power failure costs the server in this process at most the last [SyncInterval]. The operator
// of an external server configures that.
//
// [NATS JetStream]: https://docs.nats.io/nats-concepts/jetstream
package jetstream
