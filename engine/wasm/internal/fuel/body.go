package fuel

const (
	// maxLocals is the limit that browsers set for one function. Loading a module takes wazero eight bytes for each.
	maxLocals = 50_000
	// growCost is what growing a memory or table costs whatever the amount: the guest leaves compiled code for it.
	growCost = 1_000
)

// meter copies function bodies to out and writes the counting into them.
type meter struct {
	out []byte

	globals  uint32 // globals of the module itself
	get, set []byte // read and write the counter
	check    []byte // trap when the counter is below zero
	lasting  bool   // see State

	// State inside one body.
	copied int    // input up to here is in out
	block  int    // where in out the price of the open basic block is to be written, 0 if none is open
	cost   uint64 // price of the open basic block so far
}

func newMeter(out []byte, globals uint32) meter {
	m := meter{out: out, globals: globals}
	m.get = appendU32([]byte{opGlobalGet}, globals)
	m.set = appendU32([]byte{opGlobalSet}, globals)
	m.check = append(append([]byte{}, m.get...), opI64Const, 0, opI64LtS, opIf, typeVoid, opUnreachable, opEnd)
	return m
}

// function writes the metered form of one body, without its size, to out. Only a body that pays for lengths needs a local
// to hold one, and whether it does shows while walking it: then it is written a second time, with that local.
func (m *meter) function(body reader, params uint32) error {
	start := len(m.out)
	again, err := m.walk(body, params, false)
	if again {
		m.out = m.out[:start]
		_, err = m.walk(body, params, true)
	}
	return err
}

// walk copies and meters one body. It returns again when it met an instruction that needs the scratch local it was not
// given.
func (m *meter) walk(r reader, params uint32, hasScratch bool) (again bool, err error) {
	locals := m.locals(&r, hasScratch)
	scratch := params + locals
	m.copied = r.pos
	m.open(true)
	m.cost += uint64(locals / 8) // they are set to zero at each call

	depth := 1
	dead := 0 // depth of the block whose rest cannot be reached; 0: reachable
	for r.more() {
		at := r.pos
		op := r.byte()
		if dead == 0 && op != opBlock && op != opLoop && op != opElse && op != opEnd {
			m.count(&r, at)
		}
		switch op {
		case opBlock:
			r.immediates(at, op)
			depth++
		case opLoop:
			r.immediates(at, op)
			depth++
			m.close()
			m.copy(&r, r.pos)
			m.open(true)
		case opIf:
			r.immediates(at, op)
			depth++
			m.close()
		case opElse, opEnd:
			m.close()
			if dead == depth {
				dead = 0
			}
			if op == opElse {
				break
			}
			if depth--; depth == 0 && r.more() {
				r.fail(r.pos, ErrMalformed, "code after the end of a function")
			}
		case opUnreachable, opBr, opBrTable, opReturn:
			r.immediates(at, op)
			m.close()
			if dead == 0 {
				dead = depth
			}
		case opGlobalGet, opGlobalSet:
			// One that is out of range would be in range, and ours, afterwards.
			if i := r.u32(); i >= m.globals {
				r.fail(at, ErrMalformed, "global %d of %d", i, m.globals)
			}
		case opMemoryGrow:
			r.immediates(at, op)
			m.cost += growCost
		case opTableSet:
			r.immediates(at, op)
			m.lasting = true
		case opMisc:
			misc := r.misc(at)
			m.lasting = m.lasting || lasting(misc)
			if misc == miscTableGrow {
				m.cost += growCost
			}
			if shift, opcode := lengthPrice(misc); opcode != 0 && r.err == nil {
				if !hasScratch {
					return true, nil
				}
				m.copy(&r, at)
				m.payLength(scratch, shift, opcode)
			}
		case opVector:
			r.vector(at)
		default:
			r.immediates(at, op)
		}
	}
	if r.err == nil && depth != 0 {
		r.fail(r.pos, ErrMalformed, "function without its end")
	}
	m.copy(&r, r.end)
	return false, r.err
}

// locals copies the declarations of a body's locals, followed by one more i32 if wanted, and returns the number of its own.
func (m *meter) locals(r *reader, scratch bool) uint32 {
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
	declared := r.module[from:r.pos]
	if scratch {
		m.out = append(appendU32(m.out, groups+1), declared...)
		m.out = append(m.out, 1, typeI32)
	} else {
		m.out = append(appendU32(m.out, groups), declared...)
	}
	return uint32(total)
}

// copy brings the output up to byte to of the input.
func (m *meter) copy(r *reader, to int) {
	if r.err == nil {
		m.out = append(m.out, r.module[m.copied:to]...)
		m.copied = to
	}
}

// count puts the instruction at byte at on the bill of its basic block.
func (m *meter) count(r *reader, at int) {
	if m.block == 0 {
		m.copy(r, at)
		m.open(false)
	}
	m.cost++
}

// open starts a basic block: it takes a price yet to be known off the counter. At function entries and loop heads it
// also looks whether anything is left, and costs at least 1.
func (m *meter) open(checked bool) {
	m.out = append(m.out, m.get...)
	m.out = append(m.out, opI64Const)
	m.block = len(m.out)
	m.cost = 0
	m.out = append(m.out, 0, 0, 0, 0, 0, opI64Sub)
	m.out = append(m.out, m.set...)
	if checked {
		m.cost = 1
		m.out = append(m.out, m.check...)
	}
}

// close writes the price of the open basic block into the place kept for it.
func (m *meter) close() {
	if m.block != 0 {
		putPadded(m.out[m.block:], m.cost)
		m.block = 0
	}
}

// lengthPrice returns how the length that tops the stack at a misc instruction is turned into a price, as a shift and
// its direction, or no direction if the instruction has no length.
func lengthPrice(misc byte) (shift, opcode byte) {
	switch misc {
	case miscMemoryInit, miscMemoryCopy, miscMemoryFill:
		return 4, opI64ShrU // 1 for 16 bytes
	case miscTableInit, miscTableCopy, miscTableFill:
		return 0, opI64Shl // 1 an element
	case miscTableGrow:
		return 10, opI64Shl // 1,024 an element: nothing else limits the host memory it takes
	}
	return 0, 0
}

// payLength takes the price of the length on top of the stack off the counter and leaves the length there.
func (m *meter) payLength(scratch uint32, shift, opcode byte) {
	m.out = appendU32(append(m.out, opLocalTee), scratch)
	m.out = append(m.out, m.get...)
	m.out = appendU32(append(m.out, opLocalGet), scratch)
	m.out = append(m.out, opI64ExtendU, opI64Const, shift, opcode, opI64Sub)
	m.out = append(m.out, m.set...)
	m.out = append(m.out, m.check...)
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
