// Package jetstream keeps the shared state of routes in [NATS JetStream]: a server in this process on local files, or an
// external server or cluster that several programs share. From the connection on it is the same code.
//
// Values are a key-value bucket with one revision a key, the ledger is a stream with bounds of age and size. What
// JetStream has acknowledged was written to the operating system, so that it survives the end of this process however it
// ends; the server of this process sees to it that a loss of power costs at most the last [SyncInterval], and an external
// one is configured by its operator.
//
// [NATS JetStream]: https://docs.nats.io/nats-concepts/jetstream
package jetstream
