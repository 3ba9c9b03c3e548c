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
	switch m := v.(type) {
	case Encoded:
		return mem.BufferSlice{mem.SliceBuffer(m)}, nil
	case abi.Message:
		return mem.BufferSlice{mem.SliceBuffer(m.AppendWire(nil))}, nil
	}
	return c.fallback.Marshal(v)
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

// Encoded is a message that has been encoded and found small enough to be sent. It can be sent more than once, and must
// not change.
type Encoded []byte

// Encode encodes a message, or gives a *SizeError: gRPC's own limit would be noticed by the other side, and there it ends
// a stream.
func Encode(m abi.Message) (Encoded, error) {
	b := m.AppendWire(nil)
	if len(b) > abi.MaxMessageBytes {
		return nil, &SizeError{Size: len(b)}
	}
	return b, nil
}

// SizeError says that a message passes abi.MaxMessageBytes and was not sent.
type SizeError struct {
	// Size of the message in bytes.
	Size int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("message of %d bytes, at most %d are allowed", e.Size, abi.MaxMessageBytes)
}
