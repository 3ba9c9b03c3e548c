package fuel

// Opcodes that the counter looks at or writes.
const (
	opUnreachable = 0x00
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opElse        = 0x05
	opEnd         = 0x0b
	opBr          = 0x0c
	opBrIf        = 0x0d
	opBrTable     = 0x0e
	opReturn      = 0x0f
	opCall        = 0x10
	opIndirect    = 0x11
	opSelectTyped = 0x1c
	opLocalGet    = 0x20
	opLocalSet    = 0x21
	opLocalTee    = 0x22
	opGlobalGet   = 0x23
	opGlobalSet   = 0x24
	opTableSet    = 0x26
	opMemorySize  = 0x3f
	opMemoryGrow  = 0x40
	opI32Const    = 0x41
	opI64Const    = 0x42
	opF32Const    = 0x43
	opF64Const    = 0x44
	opI64LtS      = 0x53
	opI64Add      = 0x7c
	opI64Sub      = 0x7d
	opI64Shl      = 0x86
	opI64ShrU     = 0x88
	opI32WrapI64  = 0xa7
	opI64ExtendU  = 0xad
	opRefNull     = 0xd0
	opRefFunc     = 0xd2
	opMisc        = 0xfc
	opVector      = 0xfd

	vectorConst = 0x0c // second byte of opVector

	typeI32  = 0x7f
	typeI64  = 0x7e
	typeVoid = 0x40
)

// Second bytes of opMisc.
const (
	miscMemoryInit = 0x08
	miscDataDrop   = 0x09
	miscMemoryCopy = 0x0a
	miscMemoryFill = 0x0b
	miscTableInit  = 0x0c
	miscElemDrop   = 0x0d
	miscTableCopy  = 0x0e
	miscTableGrow  = 0x0f
	miscTableSize  = 0x10
	miscTableFill  = 0x11
)

// immediates passes over what follows the one-byte opcode op, read at byte at. Instructions that name a function, a type
// or a label are read by the meter; misc and vector instructions have their own methods.
//
// Wherever the runtime is stricter or looser than the specification about an encoding, only the one that both read alike
// is let through: instructions that the counter does not see as such would run unpaid.
func (r *reader) immediates(at int, op byte) {
	switch {
	case op >= 0x45 && op <= 0xc4: // numeric
	case op >= 0x28 && op <= 0x3e: // loads and stores
		r.memoryArgument()
	case op >= opLocalGet && op <= 0x26: // local, global, table.get, table.set
		r.u32()
	case op == opI32Const:
		r.skipLEB(5)
	case op == opI64Const:
		r.skipLEB(10)
	case op == opF32Const:
		r.skip(4)
	case op == opF64Const:
		r.skip(8)
	case op == opMemorySize, op == opMemoryGrow:
		r.zero()
	case op == opSelectTyped:
		if n := r.byte(); n != 1 {
			r.fail(at, ErrMalformed, "select with %d types", n)
		}
		r.valueType()
	case op == opRefNull:
		if t := r.byte(); t != 0x70 && t != 0x6f {
			r.fail(at, ErrUnsupported, "reference type %#x", t)
		}
	case op <= 0x01, op == 0x1a, op == 0x1b, op == 0xd1:
		// unreachable, nop, drop, select, ref.is_null
	default:
		r.fail(at, ErrUnsupported, "instruction %#x", op)
	}
}

// blockType reads the type of a block.
func (m *meter) blockType(r *reader) (params, results uint32) {
	at := r.pos
	switch b := r.byte(); {
	case b == typeVoid:
	case isValueType(b):
		return 0, 1
	case b < 0x40, b >= 0x80: // a type index, as a positive signed number
		r.pos = at
		typ := m.w.typeAt(r)
		if r.err == nil && r.module[r.pos-1]&0x40 != 0 {
			r.fail(at, ErrMalformed, "negative type index of a block")
		}
		return typ.params, typ.results
	default:
		r.fail(at, ErrUnsupported, "block type %#x", b)
	}
	return 0, 0
}

func (r *reader) memoryArgument() {
	at := r.pos
	if align := r.u32(); align >= 32 { // bit 6 announces a memory index (multi-memory)
		r.fail(at, ErrUnsupported, "memory argument %#x", align)
	}
	r.u32()
}

// misc passes over an instruction after its 0xfc and returns which it is.
func (r *reader) misc(at int) byte {
	op := r.byte()
	switch {
	case op < miscMemoryInit: // saturating truncation
	case op == miscMemoryInit:
		r.u32()
		r.zero()
	case op == miscMemoryCopy:
		r.zero()
		r.zero()
	case op == miscMemoryFill:
		r.zero()
	case op == miscTableInit, op == miscTableCopy:
		r.u32()
		r.u32()
	case op == miscDataDrop, op == miscElemDrop, op >= miscTableGrow && op <= miscTableFill:
		r.u32()
	default:
		r.fail(at, ErrUnsupported, "instruction 0xfc %#x", op)
	}
	return op
}

// vector passes over an instruction after its 0xfd. The specification reads its number as LEB128; wazero takes one byte,
// and sees the second byte of numbers from 0x80 on, which is 0x01, as a nop. Any other form would be read differently.
func (r *reader) vector(at int) byte {
	op := r.byte()
	switch {
	case op >= 0x80:
		if b := r.byte(); b != 1 {
			r.fail(at, ErrUnsupported, "instruction 0xfd %#x %#x", op, b)
		}
	case op <= 0x0b, op == 0x5c, op == 0x5d: // loads, store
		r.memoryArgument()
	case op == 0x0c, op == 0x0d: // v128.const, i8x16.shuffle
		r.skip(16)
	case op >= 0x15 && op <= 0x22: // extract and replace a lane
		r.skip(1)
	case op >= 0x54 && op <= 0x5b: // load and store a lane
		r.memoryArgument()
		r.skip(1)
	}
	return op
}
