package wasm

import (
	"context"
	"io"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// warmUp has a new instance answer messages that the host makes up, so that what a guest does at its first calls only, such
// as making its heap larger, is in the image and not done again at every call. They hold nobody's data.
func (m *module) warmUp(ctx context.Context, in *instance) error {
	stderr := in.world.stderr
	in.world.stderr = io.Discard
	defer func() { in.world.stderr = stderr }()
	for _, message := range m.madeUp() {
		if _, err := m.call(ctx, in, in.step, message.AppendWire(nil), nil); err != nil {
			return err
		}
	}
	return nil
}

// madeUp are a first and a second step such as every provider gets.
func (m *module) madeUp() []*abi.StepRequest {
	document := abi.DocumentIDCard
	call := &abi.Context{Nonce: "00000000000000000000000000000000"}
	for _, s := range m.manifest.Secrets {
		call.Secrets = append(call.Secrets, s.Name)
	}
	response := &abi.Response{Status: 200, Format: abi.BodyFormatJSON}
	for i := range 20 {
		response.Leaves = append(response.Leaves, abi.Leaf{Path: "/data/info/" + string(rune('a'+i)), Value: "000000000000"})
	}
	call.Config = []abi.Leaf{{Path: "/endpoint", Value: "https://api.example.com/gateway/"}}
	response.Leaves = append(response.Leaves, abi.Leaf{Path: "/code", Value: "200"})
	return []*abi.StepRequest{
		{Context: call, Start: &abi.Start{Document: document, Picture: &abi.PictureInfo{Format: abi.ImageFormatJPG, Width: 1000, Height: 600, Orientation: 1, Size: 100_000}}},
		{Context: call, Response: response},
	}
}
