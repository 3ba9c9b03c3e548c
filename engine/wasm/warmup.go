package wasm

import (
	"context"
	"io"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// warmUpFuel bounds each call that warms an instance up: a thousand times what a Go guest needs, or about 50 ms.
const warmUpFuel = 1 << 29

// warmUp has a new instance answer messages that the host makes up, so that what a guest does at its first calls only, such
// as making its heap larger, is in the image and not done again at every call. They hold nobody's data.
func (m *module) warmUp(ctx context.Context, in *instance) error {
	stderr, most := in.world.stderr, in.fuel
	in.world.stderr, in.fuel = io.Discard, min(warmUpFuel, most)
	defer func() { in.world.stderr, in.fuel = stderr, most }()
	for _, message := range m.madeUp() {
		if _, err := m.call(ctx, in, in.step, message.AppendWire(nil), nil); err != nil {
			return err
		}
	}
	return nil
}

// madeUp are a first and a second step such as every provider gets.
func (m *module) madeUp() []*abi.StepRequest {
	call := &abi.Context{Nonce: strings.Repeat("0", 32)}
	for _, s := range m.manifest.Secrets {
		call.Secrets = append(call.Secrets, s.Name)
	}
	start := &abi.Start{
		Document: abi.DocumentIDCard,
		Picture:  &abi.PictureInfo{Format: abi.ImageFormatJPG, Width: 1000, Height: 600, Orientation: 1, Size: 100_000},
	}
	response := &abi.Response{Status: 200, Format: abi.BodyFormatJSON}
	for c := 'a'; c < 'u'; c++ { // as many texts as a card has
		response.Leaves = append(response.Leaves, abi.Leaf{Path: "/data/info/" + string(c), Value: strings.Repeat("0", 12)})
	}
	return []*abi.StepRequest{{Context: call, Start: start}, {Context: call, Response: response}}
}
