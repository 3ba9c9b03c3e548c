package fuel

import "testing"

func TestEveryInstructionHasOnePrice(t *testing.T) {
	for _, space := range []struct {
		name  string
		spans func(class) []span
		valid func(byte) bool
	}{
		{"plain", func(c class) []span { return c.plain }, isPlain},
		{"0xfc", func(c class) []span { return c.misc }, func(b byte) bool { return b <= miscTableFill }},
		{"0xfd", func(c class) []span { return c.vec }, func(byte) bool { return true }},
	} {
		var classesOf [256][]string
		for _, c := range classes {
			for _, s := range space.spans(c) {
				for op := int(s[0]); op <= int(s[1]); op++ {
					classesOf[op] = append(classesOf[op], c.name)
				}
			}
		}
		for op, names := range classesOf {
			if valid := space.valid(byte(op)); valid && len(names) != 1 || !valid && len(names) != 0 {
				t.Errorf("%s %#02x, valid %v, is in the classes %q", space.name, op, valid, names)
			}
		}
	}
}

// isPlain tells whether an instruction of one byte is one that a module may contain: the reader takes it, whatever
// follows.
func isPlain(op byte) bool {
	switch op {
	case opMisc, opVector:
		return false // their second byte is priced
	case opBlock, opLoop, opIf, opElse, opEnd, opBr, opBrIf, opBrTable, opReturn, opCall, opIndirect, opRefFunc:
		return true // the meter reads them itself
	}
	for _, next := range []byte{0x00, 0x01, 0x70} {
		r := reader{module: []byte{next, typeI32, 0, 0, 0, 0, 0, 0, 0, 0, 0}, end: 10}
		if r.immediates(0, op); r.err == nil {
			return true
		}
	}
	return false
}

func TestOnlyTheStructureOfCodeIsFree(t *testing.T) {
	for _, c := range classes {
		if c.price == 0 && c.name != "structure" {
			t.Errorf("%s costs nothing", c.name)
		}
	}
}
