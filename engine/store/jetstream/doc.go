// Package jetstream keeps the shared state of routes in [NATS JetStream]: a server in this process on local files, or an
// external server or cluster that several programs share. From the connection on it is the same code.
//
// Values are a key-value bucket with one revision a key, the ledger is a stream with bounds of age and size. What a single
// server has acknowledged was written to its operating system, so that it survives the end of the process however it ends; with
// several replicas, most of them have it. A loss of power costs the server of this process at most the last [SyncInterval]; an
// external one is configured by its operator.
//
// [NATS JetStream]: https://docs.nats.io/nats-concepts/jetstream
package jetstream
