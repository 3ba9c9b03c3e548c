// Package abi is the provider contract: the messages of provider.proto as plain structs, their codec, the names of the
// calling convention and the limits. It imports nothing of ours, so that engine, SDK and tools share it. docs/abi.md is the
// specification.
//
// A host gives a [StepRequest] and gets an [Action], at a front door an [AcceptRequest] for an [Accepted] and a [ReplyRequest]
// for an [InboundResponse]; a provider that wants a host function gives a [HostCall] and gets a [HostReply]. What a provider
// may do is in its [Descriptor].
//
// The messages are ordinary protobuf on the wire; only the Go code is our own (see internal/abigen for why). Members of a
// oneof are fields next to each other, of which one is set. Messages are not safe for concurrent change.
package abi

//go:generate go run ./internal/abigen provider.proto abi.gen.go
