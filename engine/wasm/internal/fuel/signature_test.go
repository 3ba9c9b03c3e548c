package fuel_test

import "slices"

// typed is a run of opcodes with the same types: "iI>f" takes an i32 and an i64 and gives an f32, F is an f64, V a v128, and
// m an address. A / says that the instruction divides.
type typed struct {
	from, to byte
	types    string
}

var letters = map[byte]byte{'i': i32, 'I': i64, 'f': f32, 'F': f64, 'V': v128}

var plainTypes = []typed{
	{0x28, 0x28, "m>i"}, {0x29, 0x29, "m>I"}, {0x2a, 0x2a, "m>f"}, {0x2b, 0x2b, "m>F"}, {0x2c, 0x2f, "m>i"}, {0x30, 0x35, "m>I"},
	{0x36, 0x36, "mi>"}, {0x37, 0x37, "mI>"}, {0x38, 0x38, "mf>"}, {0x39, 0x39, "mF>"}, {0x3a, 0x3b, "mi>"}, {0x3c, 0x3e, "mI>"},
	{0x45, 0x45, "i>i"}, {0x46, 0x4f, "ii>i"}, {0x50, 0x50, "I>i"}, {0x51, 0x5a, "II>i"}, {0x5b, 0x60, "ff>i"}, {0x61, 0x66, "FF>i"},
	{0x67, 0x69, "i>i"}, {0x6a, 0x6c, "ii>i"}, {0x6d, 0x70, "ii/i"}, {0x71, 0x78, "ii>i"}, {0x79, 0x7b, "I>I"},
	{0x7c, 0x7e, "II>I"}, {0x7f, 0x82, "II/I"}, {0x83, 0x8a, "II>I"}, {0x8b, 0x91, "f>f"}, {0x92, 0x98, "ff>f"},
	{0x99, 0x9f, "F>F"}, {0xa0, 0xa6, "FF>F"}, {0xa7, 0xa7, "I>i"}, {0xa8, 0xa9, "f>i"}, {0xaa, 0xab, "F>i"}, {0xac, 0xad, "i>I"},
	{0xae, 0xaf, "f>I"}, {0xb0, 0xb1, "F>I"}, {0xb2, 0xb3, "i>f"}, {0xb4, 0xb5, "I>f"}, {0xb6, 0xb6, "F>f"}, {0xb7, 0xb8, "i>F"},
	{0xb9, 0xba, "I>F"}, {0xbb, 0xbb, "f>F"}, {0xbc, 0xbc, "f>i"}, {0xbd, 0xbd, "F>I"}, {0xbe, 0xbe, "i>f"}, {0xbf, 0xbf, "I>F"},
	{0xc0, 0xc1, "i>i"}, {0xc2, 0xc4, "I>I"},
}

var miscTypes = []typed{{0, 1, "f>i"}, {2, 3, "F>i"}, {4, 5, "f>I"}, {6, 7, "F>I"}}

var vectorTypes = []typed{
	{0x00, 0x0a, "m>V"}, {0x0b, 0x0b, "mV>"}, {0x0d, 0x0d, "VV>V"}, {0x0e, 0x0e, "VV>V"}, {0x0f, 0x11, "i>V"}, {0x12, 0x12, "I>V"},
	{0x13, 0x13, "f>V"}, {0x14, 0x14, "F>V"}, {0x15, 0x16, "V>i"}, {0x17, 0x17, "Vi>V"}, {0x18, 0x19, "V>i"}, {0x1a, 0x1a, "Vi>V"},
	{0x1b, 0x1b, "V>i"}, {0x1c, 0x1c, "Vi>V"}, {0x1d, 0x1d, "V>I"}, {0x1e, 0x1e, "VI>V"}, {0x1f, 0x1f, "V>f"}, {0x20, 0x20, "Vf>V"},
	{0x21, 0x21, "V>F"}, {0x22, 0x22, "VF>V"}, {0x23, 0x4c, "VV>V"}, {0x4d, 0x4d, "V>V"}, {0x4e, 0x51, "VV>V"}, {0x52, 0x52, "VVV>V"},
	{0x53, 0x53, "V>i"}, {0x54, 0x57, "mV>V"}, {0x58, 0x5b, "mV>"}, {0x5c, 0x5d, "m>V"}, {0x5e, 0x62, "V>V"}, {0x63, 0x64, "V>i"},
	{0x65, 0x66, "VV>V"}, {0x67, 0x6a, "V>V"}, {0x6b, 0x6d, "Vi>V"}, {0x6e, 0x73, "VV>V"}, {0x74, 0x75, "V>V"}, {0x76, 0x79, "VV>V"},
	{0x7a, 0x7a, "V>V"}, {0x7b, 0x7b, "VV>V"}, {0x7c, 0x81, "V>V"}, {0x82, 0x82, "VV>V"}, {0x83, 0x84, "V>i"}, {0x85, 0x86, "VV>V"},
	{0x87, 0x8a, "V>V"}, {0x8b, 0x8d, "Vi>V"}, {0x8e, 0x93, "VV>V"}, {0x94, 0x94, "V>V"}, {0x95, 0x99, "VV>V"}, {0x9b, 0x9f, "VV>V"},
	{0xa0, 0xa1, "V>V"}, {0xa3, 0xa4, "V>i"}, {0xa7, 0xaa, "V>V"}, {0xab, 0xad, "Vi>V"}, {0xae, 0xae, "VV>V"}, {0xb1, 0xb1, "VV>V"},
	{0xb5, 0xba, "VV>V"}, {0xbc, 0xbf, "VV>V"}, {0xc0, 0xc1, "V>V"}, {0xc3, 0xc4, "V>i"}, {0xc7, 0xca, "V>V"}, {0xcb, 0xcd, "Vi>V"},
	{0xce, 0xce, "VV>V"}, {0xd1, 0xd1, "VV>V"}, {0xd5, 0xdb, "VV>V"}, {0xdc, 0xdf, "VV>V"}, {0xe0, 0xe1, "V>V"}, {0xe3, 0xe3, "V>V"},
	{0xe4, 0xeb, "VV>V"}, {0xec, 0xed, "V>V"}, {0xef, 0xef, "V>V"}, {0xf0, 0xf7, "VV>V"}, {0xf8, 0xff, "V>V"},
}

// operation is an instruction that works on the stack and the memory only.
type operation struct {
	prefix, opcode byte // prefix 0: none
	code           code // with its immediates
	takes          []byte
	gives          byte // void: nothing
	address        bool // the first operand is an address
	divides        bool
}

// operations lists all of them.
func operations() []operation {
	var list []operation
	for prefix, table := range map[byte][]typed{0: plainTypes, 0xfc: miscTypes, 0xfd: vectorTypes} {
		for _, t := range table {
			o := operation{prefix: prefix, gives: void}
			for i := range len(t.types) {
				switch c := t.types[i]; {
				case c == 'm':
					o.takes, o.address = append(o.takes, i32), true
				case c == '/':
					o.divides = true
				case c != '>' && i == len(t.types)-1:
					o.gives = letters[c]
				case c != '>':
					o.takes = append(o.takes, letters[c])
				}
			}
			for opcode := int(t.from); opcode <= int(t.to); opcode++ {
				o.opcode = byte(opcode)
				o.code = immediates(prefix, o.opcode, o.address)
				list = append(list, o)
			}
		}
	}
	slices.SortFunc(list, func(a, b operation) int { return int(a.prefix)<<8 + int(a.opcode) - int(b.prefix)<<8 - int(b.opcode) })
	return list
}

// immediates writes an instruction with immediates that are always valid.
func immediates(prefix, opcode byte, address bool) code {
	c := code{opcode}
	switch {
	case prefix == 0xfc:
		return code{prefix, opcode}
	case prefix == 0xfd && opcode >= 0x80:
		return code{prefix, opcode, 1}
	case prefix == 0xfd:
		c = code{prefix, opcode}
	}
	if address {
		c = append(c, 0, 0)
	}
	if prefix == 0xfd && opcode == 0x0d {
		c = append(c, make(code, 16)...)
	}
	if prefix == 0xfd && (opcode >= 0x15 && opcode <= 0x22 || opcode >= 0x54 && opcode <= 0x5b) {
		c = append(c, 0)
	}
	return c
}

// bridge turns a value of one type into one of another, without a trap and cheaply.
func bridge(from, to byte) code {
	steps := map[[2]byte]code{
		{i32, i64}: op(0xad), {i64, i32}: op(0xa7), {i32, f32}: op(0xbe), {f32, i32}: op(0xbc), {i64, f64}: op(0xbf), {f64, i64}: op(0xbd),
		{i32, v128}: op(0xfd, 0x11), {v128, i32}: op(0xfd, 0x1b, 0), {i64, v128}: op(0xfd, 0x12), {v128, i64}: op(0xfd, 0x1d, 0),
	}
	if from == to {
		return nil
	}
	if c := steps[[2]byte{from, to}]; c != nil {
		return c
	}
	for _, via := range []byte{i32, i64} {
		if a, b := steps[[2]byte{from, via}], steps[[2]byte{via, to}]; a != nil && b != nil {
			return cat(a, b)
		}
	}
	return cat(bridge(from, i32), bridge(i32, i64), bridge(i64, to))
}
