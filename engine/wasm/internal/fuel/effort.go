package fuel

// Limits of what a module may make the compiler do. The compiler of wazero heeds no context, and its time and memory can grow with the
// square of what a function has, so a module is judged before it is compiled. All that was measured and is accepted compiles within 10
// seconds and 500 MiB on a small server. No estimate is complete: a program has modules tried in another process, see wasm.Config.
// Guests in Go, the dearest of the honest ones, need a third of the time and a sixth of the memory.
const (
	// maxTime is the estimated time in microseconds.
	maxTime = 6_000_000
	// maxMemory is the estimated memory in bytes.
	maxMemory = 400 << 20

	maxFunctions = 10_000
	maxExports   = 1_000
	maxGlobals   = 1_000 // the meter exports those that can change
	// maxEntries is for the types, imports, tables, segments and the entries of one segment of elements.
	maxEntries = 100_000
)

// effort is what compiling one function takes.
type effort struct {
	locals  uint64 // with parameters
	ends    uint64 // parameters and results
	blocks  uint64 // basic blocks, about
	loops   uint64
	nested  uint64 // the sum of the loops around each block
	targets uint64 // of tables of branches
	calls   uint64
	values  uint64 // that calls and blocks move
	traps   uint64 // instructions that may trap: each has a way out of its own
	bytes   uint64 // with the meter
}

// block counts a block, or a branch to one.
func (e *effort) block(loops, values uint64) {
	e.blocks += 2
	e.nested += 2 * loops
	e.values += values
}

// instruction counts an instruction that may trap.
func (e *effort) instruction(op byte) {
	switch {
	case op == opIndirect:
		e.traps += 2
	case op >= 0x28 && op <= 0x3e, op == 0x25, op == 0x26, // of memory and tables
		op >= 0x6d && op <= 0x70, op >= 0x7f && op <= 0x82, // divisions
		op >= 0xa8 && op <= 0xab, op >= 0xae && op <= 0xb1: // truncations
		e.traps++
	}
}

// misc counts an instruction after 0xfc. Those with a length are loops.
func (e *effort) misc(op uint32, loops uint64) {
	if op >= miscMemoryInit {
		e.loops++
		e.traps++
		e.block(loops+1, 0)
		e.block(loops+1, 0)
	}
}

// time estimates how long compiling the function takes, in microseconds. Each term was measured with a function that has much of one
// thing, see BenchmarkCompile.
func (e *effort) time() uint64 {
	return e.bytes/4 + e.locals*e.blocks*7/10 + e.blocks*e.blocks/400 + e.loops*e.loops/3 + e.nested/6 +
		e.targets*7 + e.targets*e.targets/1700 + e.calls*2 + e.calls*e.calls/1000 + e.values*3/2 + e.ends*5 +
		e.traps*2 + e.traps*e.traps/4000
}

// working estimates the memory that compiling the function takes, in bytes. The compiler uses it again for the next function.
func (e *effort) working() uint64 {
	return e.bytes*45 + e.locals*e.blocks*300 + e.blocks*1500 + e.targets*2600 + e.values*430 + e.traps*9000
}

// efforts adds up what compiling a module takes.
type efforts struct {
	functions, time, working, lasting uint64
}

func (s *efforts) add(e *effort) {
	s.functions++
	s.time += e.time()
	s.working = max(s.working, e.working())
	s.lasting += e.bytes*8 + e.ends*1700 + 1500
}

// judge refuses a module that takes too much.
func (s *efforts) judge(r *reader) {
	time := s.time + s.functions*s.functions/40
	switch {
	case time > maxTime:
		r.fail(r.pos, ErrTooCostly, "compiling takes an estimated %.1f s, at most %.1f s are allowed", float64(time)/1e6, float64(maxTime)/1e6)
	case s.working+s.lasting > maxMemory:
		r.fail(r.pos, ErrTooCostly, "compiling takes an estimated %d MiB, at most %d MiB are allowed", (s.working+s.lasting)>>20, maxMemory>>20)
	}
}

// few reads the number of entries of a section, and refuses more than some.
func (r *reader) few(most uint32, what string) uint32 {
	at := r.pos
	n := r.count()
	if n > most {
		r.fail(at, ErrTooCostly, "%d %s, at most %d are allowed", n, what, most)
		return 0
	}
	return n
}
