package fuel

// maxLocals is the limit that browsers set for one function. Loading a module takes wazero eight bytes for each.
const maxLocals = 50_000

// Limits of what runs between two looks at the counter, in fuel.
const (
	// maxUnchecked is for straight code: a long function without loops looks at the counter that often.
	maxUnchecked = 25_000
	// maxAfterCall is for what follows a call. A million frames may return one after the other, so it is small.
	maxAfterCall = 1_000
)

// meter copies function bodies to out and writes the counting into them.
type meter struct {
	out []byte
	w   *rewriter

	get, set []byte // read and write the counter

	// State inside one body.
	scratch uint32  // index of the local that the meter added, an i64
	copied  int     // input up to here is in out
	block   int     // where in out the price of the open basic block is to be written, 0 if none is open
	cost    uint64  // price of the open basic block so far
	since   uint64  // the most that can have run since the last look at the counter
	joined  uint64  // price of the ends of blocks since a basic block was open
	locals  uint64  // number of locals
	sets    uint64  // instructions so far that set a local
	frames  []frame // open blocks, the function itself first
	effort  effort
	dead    int // number of frames when the rest of the innermost became unreachable, 0: reachable
}

// frame is a block, loop or if whose end is to come.
type frame struct {
	values uint64 // how many a branch to it moves
	loops  uint64 // around its contents
	since  uint64 // the most that can have run since the last look on any branch to its end
	enter  uint64 // since at the start of an if, for its other arm
	sets   uint64 // sets at its start
}

func newMeter(w *rewriter, out []byte) meter {
	return meter{
		out: out, w: w,
		get: appendU32([]byte{opGlobalGet}, w.globals),
		set: appendU32([]byte{opGlobalSet}, w.globals),
	}
}

// function writes the metered form of one body, without its size, to out.
func (m *meter) function(r reader, typ signature) error {
	locals := m.declarations(&r)
	m.scratch = typ.params + locals
	m.copied = r.pos
	m.dead, m.joined, m.sets = 0, 0, 0
	m.locals = uint64(m.scratch)
	m.frames = append(m.frames[:0], frame{values: uint64(typ.results)})
	m.effort = effort{locals: uint64(m.scratch) + 1, ends: uint64(typ.params + typ.results)}
	m.open(true)
	m.charge(priceOfEntry + uint64(locals)/localsForOne)
	for r.more() {
		at := r.pos
		if op := r.byte(); m.dead == 0 || op >= opBlock && op <= opElse || op == opEnd {
			m.instruction(&r, at, op)
		} else {
			m.skip(&r, at, op)
		}
	}
	if r.err == nil && len(m.frames) != 0 {
		r.fail(r.pos, ErrMalformed, "function without its end")
	}
	m.copy(&r, r.end)
	return r.err
}

// declarations copies the declarations of a body's locals and one more, and returns the number of its own.
func (m *meter) declarations(r *reader) uint32 {
	groups := r.count()
	from := r.pos
	total := uint64(0)
	for range groups {
		at := r.pos
		if total += uint64(r.u32()); total > maxLocals {
			r.fail(at, ErrUnsupported, "more than %d locals", maxLocals)
		}
		if r.valueType(); r.err != nil {
			return 0
		}
	}
	m.out = append(appendU32(m.out, groups+1), r.module[from:r.pos]...)
	m.out = append(m.out, 1, typeI64)
	return uint32(total)
}

// instruction meters one instruction, whose opcode op at byte at has been read.
func (m *meter) instruction(r *reader, at int, op byte) {
	switch op {
	case opBlock, opLoop, opIf:
		m.enter(r, at, op)
	case opElse:
		m.close()
		f := &m.frames[len(m.frames)-1]
		if m.dead == 0 {
			f.since = max(f.since, m.since)
		}
		m.since = f.enter
		f.enter = 0
		m.revive()
	case opEnd:
		m.leave(r)
	default:
		m.count(r, at, uint64(plainPrices[op]))
		m.effort.instruction(op)
		m.operands(r, at, op)
	}
}

// skip passes over an instruction that cannot be reached. What it names is checked all the same: an index that is out of
// range in the module given would be in range afterwards.
func (m *meter) skip(r *reader, at int, op byte) {
	cost, since, dead := m.cost, m.since, m.dead
	m.operands(r, at, op)
	m.cost, m.since, m.dead = cost, since, dead
}

// enter opens a block, a loop or an if.
func (m *meter) enter(r *reader, at int, op byte) {
	params, results := m.blockType(r)
	loops := m.frames[len(m.frames)-1].loops
	if op == opLoop {
		loops++
	}
	m.effort.block(loops, uint64(params)+uint64(results))
	switch op {
	case opLoop:
		m.effort.loops++
	case opIf: // two arms
		m.effort.block(loops, 0)
	}
	if moved := uint64(params) + uint64(results); m.dead == 0 && (op == opIf || moved > 0) {
		m.count(r, at, uint64(plainPrices[op])+moved*priceOfValue)
	}
	f := frame{values: uint64(results), sets: m.sets, loops: loops}
	switch op {
	case opLoop:
		f.values = uint64(params)
		m.close()
		m.copy(r, r.pos)
		if m.dead == 0 {
			m.open(true)
			m.charge(priceOfLoop)
		}
	case opIf:
		m.close()
		f.enter = m.since
	}
	m.frames = append(m.frames, f)
}

// leave closes the innermost block.
func (m *meter) leave(r *reader) {
	m.close()
	f := m.frames[len(m.frames)-1]
	if m.dead == 0 {
		f.since = max(f.since, m.since)
	}
	m.since = max(f.since, f.enter) // an if without else is left at its start
	m.joined += min(m.sets-f.sets, m.locals) * priceOfJoin / joinsForIt
	m.revive()
	if m.frames = m.frames[:len(m.frames)-1]; len(m.frames) == 0 && r.more() {
		r.fail(r.pos, ErrMalformed, "code after the end of a function")
	}
}

// revive ends unreachable code with the block that it is in.
func (m *meter) revive() {
	if m.dead == len(m.frames) {
		m.dead = 0
	}
}

// stop begins unreachable code.
func (m *meter) stop() {
	m.close()
	if m.dead == 0 {
		m.dead = len(m.frames)
	}
}

// operands reads what follows an opcode, charges what depends on it, and writes the instructions that change.
func (m *meter) operands(r *reader, at int, op byte) {
	switch op {
	case opUnreachable:
		m.stop()
	case opBr, opBrIf:
		m.effort.block(m.frames[len(m.frames)-1].loops, 0)
		m.branch(m.label(r))
		if op == opBr {
			m.stop()
		}
	case opBrTable:
		n := uint64(r.count())
		m.effort.targets += n
		for i := uint64(0); i <= n && r.err == nil; i++ {
			f := m.label(r)
			if i == 0 {
				m.branch(f)
			} else if f != nil {
				f.since = max(f.since, m.since)
			}
		}
		m.stop()
	case opReturn:
		m.charge(m.frames[0].values * priceOfValue)
		m.stop()
	case opCall:
		if i := m.renumber(r); r.err == nil {
			m.call(m.w.types[m.w.funcs[i]])
		}
	case opIndirect:
		m.call(m.w.typeAt(r))
		r.u32()
	case opRefFunc:
		m.renumber(r)
	case opLocalGet, opLocalSet, opLocalTee:
		// One that is out of range would be in range, and ours, afterwards.
		if i := r.u32(); i >= m.scratch {
			r.fail(at, ErrMalformed, "local %d of %d", i, m.scratch)
		}
		if op != opLocalGet {
			m.sets++
		}
	case opGlobalGet, opGlobalSet:
		if i := r.u32(); i >= m.w.globals { // likewise

			r.fail(at, ErrMalformed, "global %d of %d", i, m.w.globals)
		}
	case opMemoryGrow:
		r.immediates(at, op)
		if m.dead == 0 {
			m.payGrowth(r, at)
		}
	case opTableSet:
		r.immediates(at, op)
		m.w.state.Lasting = true
	case opMisc:
		misc := r.misc(at)
		m.w.state.Lasting = m.w.state.Lasting || lasting(misc)
		m.charge(uint64(miscPrices[misc]))
		m.effort.misc(uint32(misc), m.frames[len(m.frames)-1].loops)
		if price := lengthPrices[misc]; price != (lengthPrice{}) && m.dead == 0 && r.err == nil {
			m.copy(r, at)
			m.payLength(price)
		}
	case opVector:
		op := r.vector(at)
		m.charge(uint64(vectorPrices[op]))
		if op <= 11 || op >= 84 && op <= 93 { // of memory
			m.effort.traps++
		}
	default:
		r.immediates(at, op)
	}
}

// label reads the index of a label and returns its block, nil if there is none.
func (m *meter) label(r *reader) *frame {
	at := r.pos
	i := r.u32()
	if uint64(i) >= uint64(len(m.frames)) {
		r.fail(at, ErrMalformed, "label %d of %d", i, len(m.frames))
		return nil
	}
	return &m.frames[len(m.frames)-1-int(i)]
}

// branch charges for the values that a branch moves, and notes how long it has not been looked at the counter.
func (m *meter) branch(f *frame) {
	if f != nil {
		m.charge(f.values * priceOfValue)
		f.since = max(f.since, m.since)
	}
}

// call charges for the values that a call moves. The function called looks at the counter when it starts.
func (m *meter) call(typ signature) {
	m.effort.calls++
	m.effort.values += uint64(typ.params + typ.results)
	m.charge(uint64(typ.params+typ.results) * priceOfValue)
	m.since = maxUnchecked - maxAfterCall
}

// renumber reads the index of a function, writes the instruction with its new index, and returns the old one.
func (m *meter) renumber(r *reader) uint32 {
	from := r.pos
	i := m.w.functionAt(r)
	if m.w.moved(i) != i && r.err == nil {
		m.copy(r, from)
		m.out = appendU32(m.out, m.w.moved(i))
		m.copied = r.pos
	}
	return i
}

// copy brings the output up to byte to of the input.
func (m *meter) copy(r *reader, to int) {
	if r.err == nil {
		m.out = append(m.out, r.module[m.copied:to]...)
		m.copied = to
	}
}

// count puts the instruction at byte at on the bill of its basic block. Where it has been long since the last look at the
// counter, another basic block begins there.
func (m *meter) count(r *reader, at int, price uint64) {
	look := m.since > maxUnchecked
	if m.block == 0 || look {
		m.close()
		m.copy(r, at)
		m.open(look)
	}
	m.charge(price)
}

// charge puts a price on the bill of the open basic block.
func (m *meter) charge(price uint64) {
	m.cost += price
	m.since += price
}

// open starts a basic block: it takes a price yet to be known off the counter. With look it calls the host if nothing is
// left.
func (m *meter) open(look bool) {
	m.out = append(m.out, m.get...)
	m.out = append(m.out, opI64Const)
	m.block = len(m.out)
	m.cost = 0
	m.out = append(m.out, 0, 0, 0, 0, 0, opI64Sub)
	if look {
		m.look()
	} else {
		m.out = append(m.out, m.set...)
	}
	m.charge(priceOfBlock + m.joined)
	m.joined = 0
}

// look sets the counter to what is on the stack and calls the host if that is below zero.
func (m *meter) look() {
	m.out = append(m.out, m.set...)
	m.out = append(m.out, m.get...)
	m.out = append(m.out, opI64Const, 0, opI64LtS, opIf, typeVoid)
	m.out = appendU32(append(m.out, opCall), m.w.imported)
	m.out = append(m.out, opEnd)
	m.since = 0
}

// close writes the price of the open basic block into the place kept for it.
func (m *meter) close() {
	if m.block != 0 {
		putPadded(m.out[m.block:], m.cost)
		m.block = 0
	}
}

// payLength takes the price of the length on top of the stack off the counter and leaves the length there.
func (m *meter) payLength(price lengthPrice) {
	m.out = append(m.out, opI64ExtendU)
	m.out = appendU32(append(m.out, opLocalSet), m.scratch)
	m.out = appendU32(append(m.out, opLocalGet), m.scratch)
	m.out = append(m.out, opI32WrapI64)
	m.out = append(m.out, m.get...)
	m.out = appendU32(append(m.out, opLocalGet), m.scratch)
	m.out = append(m.out, opI64Const, price.shift, price.direction, opI64Sub)
	m.look()
}

// payGrowth writes a memory.grow that pays for what it was given: asking for too much costs no more than asking.
func (m *meter) payGrowth(r *reader, at int) {
	pages := func(sign byte) {
		m.out = append(m.out, m.get...)
		m.out = append(m.out, opMemorySize, 0, opI64ExtendU, opI64Const, shiftOfPage, opI64Shl, sign)
	}
	m.copy(r, at)
	pages(opI64Add)
	m.out = append(m.out, m.set...)
	m.copy(r, r.pos)
	pages(opI64Sub)
	m.look()
}

// appendU32 appends n as unsigned LEB128.
func appendU32(b []byte, n uint32) []byte {
	for n >= 0x80 {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(b, byte(n))
}

// putPadded writes n, below 1<<34, as LEB128 of exactly five bytes: a place of known size that is filled in later.
func putPadded(b []byte, n uint64) {
	_ = b[4]
	for i := range 4 {
		b[i] = byte(n>>(7*i)) | 0x80
	}
	b[4] = byte(n>>28) & 0x3f
}
