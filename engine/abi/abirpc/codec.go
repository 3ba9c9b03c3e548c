// Package abirpc carries the contract over gRPC for providers that are subprocesses.
//
// The bytes are ordinary gRPC with ordinary protobuf; a provider in any language can serve them with stubs made from
// service.proto. Only the Go side is written by hand, because the messages of package abi bring their own codec.
package abirpc

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec that other services of the connection use
	"google.golang.org/grpc/mem"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Codec returns a codec named "proto" that encodes messages of package abi with their own code and leaves all others (the
// services of go-plugin itself) to gRPC's own.
func Codec() encoding.CodecV2 { return codec{fallback: encoding.GetCodecV2("proto")} }

type codec struct{ fallback encoding.CodecV2 }

func (codec) Name() string { return "proto" }

func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(abi.Message)
	if !ok {
		return c.fallback.Marshal(v)
	}
	return mem.BufferSlice{mem.SliceBuffer(m.AppendWire(nil))}, nil
}

func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(abi.Message)
	if !ok {
		return c.fallback.Unmarshal(data, v)
	}
	b := data.Materialize() // a copy that belongs to the message from now on
	if len(b) > abi.MaxMessageBytes {
		return fmt.Errorf("%w: message of %d bytes, at most %d are allowed", abi.ErrWire, len(b), abi.MaxMessageBytes)
	}
	return m.UnmarshalWire(b)
}
