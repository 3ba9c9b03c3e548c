package wasm

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// wasiModule is what guests import the functions of WASI preview 1 from.
const wasiModule = "wasi_snapshot_preview1"

// Prices of the host's work, in fuel.
const (
	priceOfCall   = 2_000 // any call of the host
	priceOfByte   = 4     // each byte that is copied
	priceOfRandom = 8     // each byte of randomness
	priceOfRecord = 1_000 // each record of a list
	// priceOfMessage is for each message that can be within a message that the host decodes.
	priceOfMessage = 1_000
)

// Numbers of WASI errors.
const (
	wasiSuccess = 0
	wasiBadFile = 8
	wasiFault   = 21
	wasiInvalid = 28
	wasiNoSys   = 52
)

// wasiFunction is one function of WASI. Its result is an error number, but for proc_exit, which does not return.
type wasiFunction struct {
	params string // i for an i32, I for an i64
	// count is the index of the parameter that says how many bytes or records there are, and each the fuel that one costs.
	count int
	each  int64
	// answer is nil for a function that answers "not implemented" whatever it is given: it touches no memory.
	answer func(c wasiCall, p []uint64) uint32
}

// wasiCall is what a function of WASI works with.
type wasiCall struct {
	*world
	mem api.Memory
	pay func(price int64) // for lengths that are in the memory
}

// wasiFunctions are all functions of WASI preview 1. Those that guests in Go, C, Rust and AssemblyScript need to start, to
// print and to end work in an empty world. The others are there because such guests import them, for example through
// Go's package os.
var wasiFunctions = map[string]wasiFunction{
	"args_get":          {params: "ii", answer: nothing},
	"args_sizes_get":    {params: "ii", answer: noneOfThem},
	"environ_get":       {params: "ii", answer: nothing},
	"environ_sizes_get": {params: "ii", answer: noneOfThem},
	"clock_res_get":     {params: "ii", answer: clockResolution},
	"clock_time_get":    {params: "iIi", answer: clockTime},
	"fd_write":          {params: "iiii", count: 2, each: priceOfRecord, answer: fdWrite},
	"fd_prestat_get":    {params: "ii", answer: badFile}, // guests ask until there are no more folders
	"poll_oneoff":       {params: "iiii", count: 2, each: priceOfRecord, answer: poll},
	"proc_exit":         {params: "i"},
	"random_get":        {params: "ii", count: 1, each: priceOfRandom, answer: randomGet},
	"sched_yield":       {answer: nothing},

	"fd_advise": {params: "iIIi"}, "fd_allocate": {params: "iII"}, "fd_close": {params: "i"}, "fd_datasync": {params: "i"},
	"fd_fdstat_get": {params: "ii"}, "fd_fdstat_set_flags": {params: "ii"}, "fd_fdstat_set_rights": {params: "iII"},
	"fd_filestat_get": {params: "ii"}, "fd_filestat_set_size": {params: "iI"}, "fd_filestat_set_times": {params: "iIIi"},
	"fd_pread": {params: "iiiIi"}, "fd_prestat_dir_name": {params: "iii"}, "fd_pwrite": {params: "iiiIi"}, "fd_read": {params: "iiii"},
	"fd_readdir": {params: "iiiIi"}, "fd_renumber": {params: "ii"}, "fd_seek": {params: "iIii"}, "fd_sync": {params: "i"}, "fd_tell": {params: "ii"},
	"path_create_directory": {params: "iii"}, "path_filestat_get": {params: "iiiii"}, "path_filestat_set_times": {params: "iiiiIIi"},
	"path_link": {params: "iiiiiii"}, "path_open": {params: "iiiiiIIii"}, "path_readlink": {params: "iiiiii"},
	"path_remove_directory": {params: "iii"}, "path_rename": {params: "iiiiii"}, "path_symlink": {params: "iiiii"}, "path_unlink_file": {params: "iii"},
	"proc_raise": {params: "i"}, "sock_accept": {params: "iii"}, "sock_recv": {params: "iiiiii"}, "sock_send": {params: "iiiii"}, "sock_shutdown": {params: "ii"},
}

// instantiateWASI makes the module of WASI. Each function is paid for before it does anything.
func instantiateWASI(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder(wasiModule)
	for name, f := range wasiFunctions {
		var params []api.ValueType
		for _, c := range f.params {
			params = append(params, map[rune]api.ValueType{'i': api.ValueTypeI32, 'I': api.ValueTypeI64}[c])
		}
		if name == "proc_exit" {
			b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(exit), params, nil).Export(name)
			continue
		}
		b.NewFunctionBuilder().WithGoModuleFunction(f.call(), params, []api.ValueType{api.ValueTypeI32}).Export(name)
	}
	_, err := b.Instantiate(ctx)
	return err
}

func (f wasiFunction) call() api.GoModuleFunc {
	return func(ctx context.Context, m api.Module, stack []uint64) {
		price := int64(priceOfCall)
		if f.each > 0 {
			price += f.each * int64(uint32(stack[f.count]))
		}
		fuel.Toll(ctx, m, price)
		if f.answer == nil {
			stack[0] = wasiNoSys
			return
		}
		c := wasiCall{world: running(ctx).world, mem: m.Memory(), pay: func(price int64) { fuel.Toll(ctx, m, price) }}
		stack[0] = uint64(f.answer(c, stack))
	}
}

func exit(ctx context.Context, m api.Module, stack []uint64) {
	fuel.Toll(ctx, m, priceOfCall)
	code := uint32(stack[0])
	_ = m.CloseWithExitCode(ctx, code)
	panic(sys.NewExitError(code)) // which is how wazero ends a call
}

func nothing(wasiCall, []uint64) uint32 { return wasiSuccess }

func badFile(wasiCall, []uint64) uint32 { return wasiBadFile }

// noneOfThem says that there are no arguments, or variables, and that they need no room.
func noneOfThem(c wasiCall, p []uint64) uint32 {
	if !c.mem.WriteUint32Le(uint32(p[0]), 0) || !c.mem.WriteUint32Le(uint32(p[1]), 0) {
		return wasiFault
	}
	return wasiSuccess
}

// Clocks of WASI.
const (
	clockRealtime  = 0
	clockMonotonic = 1
)

func clockResolution(c wasiCall, p []uint64) uint32 {
	if uint32(p[0]) > clockMonotonic {
		return wasiInvalid
	}
	return written(c.mem.WriteUint64Le(uint32(p[1]), 1))
}

func clockTime(c wasiCall, p []uint64) uint32 {
	switch uint32(p[0]) {
	case clockRealtime:
		return written(c.mem.WriteUint64Le(uint32(p[2]), 0))
	case clockMonotonic:
		return written(c.mem.WriteUint64Le(uint32(p[2]), uint64(1+c.slept))) // Go's runtime does not start at 0
	}
	return wasiInvalid
}

func written(ok bool) uint32 {
	if !ok {
		return wasiFault
	}
	return wasiSuccess
}

// fdWrite prints. What is more than a call may print is dropped, so that printing never fails.
func fdWrite(c wasiCall, p []uint64) uint32 {
	const stdout, stderr, sizeOfVector = 1, 2, 8
	if file := uint32(p[0]); file != stdout && file != stderr {
		return wasiBadFile
	}
	vectors, ok := c.mem.Read(uint32(p[1]), sizeOfVector*uint32(min(p[2]&math.MaxUint32, math.MaxUint32/sizeOfVector)))
	if !ok {
		return wasiFault
	}
	total := uint64(0)
	for ; len(vectors) > 0; vectors = vectors[sizeOfVector:] {
		text, ok := c.mem.Read(binary.LittleEndian.Uint32(vectors), binary.LittleEndian.Uint32(vectors[4:]))
		if !ok {
			return wasiFault
		}
		c.pay(int64(len(text)) * priceOfByte)
		if uint32(p[0]) == stderr {
			c.print(text)
		}
		total += uint64(len(text))
	}
	if total > math.MaxUint32 {
		return wasiInvalid
	}
	return written(c.mem.WriteUint32Le(uint32(p[3]), uint32(total)))
}

func randomGet(c wasiCall, p []uint64) uint32 {
	room, ok := c.mem.Read(uint32(p[0]), uint32(p[1]))
	if !ok {
		return wasiFault
	}
	_, _ = c.random.Read(room) // never fails
	return wasiSuccess
}

// poll lets the time pass that the guest asks to wait for at most, which takes none. Each subscription has happened then;
// waiting for a file is not implemented.
func poll(c wasiCall, p []uint64) uint32 {
	const (
		sizeOfSubscription, sizeOfEvent = 48, 32
		sizeOfUserData                  = 8
		kindOfEvent                     = 10 // after user data and a 16-bit error
	)
	n := uint32(p[2])
	if n == 0 || n > math.MaxUint32/sizeOfSubscription {
		return wasiInvalid
	}
	in, ok := c.mem.Read(uint32(p[0]), n*sizeOfSubscription)
	if !ok {
		return wasiFault
	}
	out, ok := c.mem.Read(uint32(p[1]), n*sizeOfEvent)
	if !ok {
		return wasiFault
	}
	var longest uint64
	for i := range n {
		subscription, event := in[i*sizeOfSubscription:], out[i*sizeOfEvent:]
		user := binary.LittleEndian.Uint64(subscription)
		kind := subscription[8]
		timeout, flags := binary.LittleEndian.Uint64(subscription[24:]), binary.LittleEndian.Uint16(subscription[40:])
		clear(event[:sizeOfEvent:sizeOfEvent])
		binary.LittleEndian.PutUint64(event, user)
		event[kindOfEvent] = kind
		const ofClock, absolute = 0, 1
		switch {
		case kind != ofClock:
			binary.LittleEndian.PutUint16(event[sizeOfUserData:], wasiNoSys)
		case flags&absolute != 0:
			return wasiNoSys // the time of day does not pass
		default:
			longest = max(longest, timeout)
		}
	}
	c.sleep(longest)
	return written(c.mem.WriteUint32Le(uint32(p[3]), n))
}
