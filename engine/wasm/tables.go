package wasm

import "encoding/binary"

// maxTableEntries bounds the tables that a module declares, all together: 8 MiB of the host's memory for each instance.
// The page limit does not count them, and only growing them costs fuel.
const maxTableEntries = 1 << 20

// tableEntries counts what the tables of a module hold at its start. The module must have passed fuel.Instrument, so its
// sections are in order and their sizes right; the compiler rejects what is malformed inside one.
func tableEntries(module []byte) (entries uint64) {
	const header, tableSection, hasMax = 8, 4, 1
	rest := module[header:]
	number := func() uint64 {
		n, size := binary.Uvarint(rest)
		rest = rest[max(size, 0):]
		return n
	}
	octet := func() (b byte) {
		if len(rest) > 0 {
			b, rest = rest[0], rest[1:]
		}
		return b
	}
	for len(rest) > 0 {
		id, size := octet(), number()
		if id != tableSection {
			rest = rest[min(size, uint64(len(rest))):]
			continue
		}
		for tables := number(); tables > 0 && len(rest) > 0; tables-- {
			octet() // type
			flags := octet()
			if entries += number(); entries > maxTableEntries {
				break
			}
			if flags&hasMax != 0 {
				number()
			}
		}
		break
	}
	return entries
}
