package wasm

import (
	"context"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// callPrice is the fuel that a call of any host function costs.
const callPrice = 1000

// tollBooth makes guests pay for host functions before they run: for the call, and for the length it names. The fuel
// counter sees no work that is done outside the guest: a loop around random_get would run for days on one call's fuel.
type tollBooth struct{}

// NewFunctionListener implements experimental.FunctionListenerFactory.
func (tollBooth) NewFunctionListener(def api.FunctionDefinition) experimental.FunctionListener {
	length, price := 0, int64(0) // which parameter is a length, and what each of it costs
	switch name := def.Name(); {
	case def.ModuleName() == abi.ImportModule, name == "random_get":
		length, price = 1, 1
	case name == "fd_write", name == "fd_read", name == "poll_oneoff":
		length, price = 2, 100
	}
	return experimental.FunctionListenerFunc(func(_ context.Context, m api.Module, _ api.FunctionDefinition, params []uint64, _ experimental.StackIterator) {
		cost := int64(callPrice)
		if price > 0 {
			cost += price * int64(uint32(params[length]))
		}
		_ = fuel.Set(m, fuel.Left(m)-cost)
	})
}
