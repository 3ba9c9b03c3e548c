package fuel

// A plain loop, which counts down to zero, is the measure of all prices: for the same fuel nothing else takes more than
// twice its time. BenchmarkPrices measures that, and docs/benchmarks.md has a table of what it measured.

// class is a set of instructions that cost the same.
type class struct {
	name  string
	price uint32
	plain []span // instructions of one byte
	misc  []span // second bytes after 0xfc
	vec   []span // second bytes after 0xfd
}

// span is a run of opcodes, both ends included.
type span [2]byte

// classes has every instruction that a module may contain, in exactly one class.
var classes = []class{
	// block, loop, else, end: what they cost is below.
	{name: "structure", price: 0, plain: []span{{0x02, 0x03}, {0x05, 0x05}, {0x0b, 0x0b}}},
	// What takes a cycle, or nothing once it is compiled: unreachable, nop, br, br_if, return, drop, select, locals, globals,
	// constants, sizes, sums, bits and shifts of integers, references.
	{name: "simple", price: 1, plain: []span{
		{0x00, 0x01}, {0x0c, 0x0d}, {0x0f, 0x0f}, {0x1a, 0x1c}, {0x20, 0x24}, {0x3f, 0x3f}, {0x41, 0x44}, {0x6a, 0x6b}, {0x71, 0x78},
		{0x7c, 0x7d}, {0x83, 0x8a}, {0xa7, 0xa7}, {0xac, 0xad}, {0xd0, 0xd1},
	}, misc: []span{{0x10, 0x10}}},
	{name: "comparison, product, bit count, store", price: 5, plain: []span{
		{0x36, 0x3e}, {0x45, 0x5a}, {0x67, 0x69}, {0x6c, 0x6c}, {0x79, 0x7b}, {0x7e, 0x7e}, {0xc0, 0xc4},
	}},
	{name: "if, br_table", price: 8, plain: []span{{0x04, 0x04}, {0x0e, 0x0e}}},
	{name: "call", price: 10, plain: []span{{0x10, 0x10}}},
	{name: "call_indirect", price: 16, plain: []span{{0x11, 0x11}}},
	{name: "table element, dropped segment", price: 10, plain: []span{{0x25, 0x26}}, misc: []span{{0x09, 0x09}, {0x0d, 0x0d}}},
	{name: "float", price: 8, plain: []span{{0x8b, 0x90}, {0x92, 0x94}, {0x96, 0x9e}, {0xa0, 0xa2}, {0xa4, 0xa6}}},
	{name: "quotient, square root, conversion, comparison of floats", price: 40, plain: []span{
		{0x5b, 0x66}, {0x6d, 0x70}, {0x7f, 0x82}, {0x91, 0x91}, {0x95, 0x95}, {0x9f, 0x9f}, {0xa3, 0xa3}, {0xa8, 0xab}, {0xae, 0xbf},
	}, misc: []span{{0x00, 0x07}}},
	// The processor's caches hold what honest guests read, and little of what a hostile one reads.
	{name: "load", price: 250, plain: []span{{0x28, 0x35}}, vec: []span{{0x00, 0x0a}, {0x54, 0x57}, {0x5c, 0x5d}}},
	{name: "bulk", price: 100, misc: []span{{0x08, 0x08}, {0x0a, 0x0c}, {0x0e, 0x0e}, {0x11, 0x11}}},
	// These leave compiled code.
	{name: "grow", price: 256, plain: []span{{0x40, 0x40}}, misc: []span{{0x0f, 0x0f}}},
	{name: "ref.func", price: 320, plain: []span{{0xd2, 0xd2}}},
	{name: "vector", price: 10, vec: []span{
		{0x0b, 0x0e}, {0x17, 0x17}, {0x1a, 0x1a}, {0x1c, 0x1c}, {0x1e, 0x1e}, {0x20, 0x20}, {0x22, 0x52}, {0x58, 0x5b}, {0x5e, 0x61},
		{0x65, 0x6b}, {0x6d, 0x7e}, {0x80, 0x81}, {0x85, 0x9c}, {0x9e, 0x9e}, {0xa0, 0xa2}, {0xa5, 0xbc}, {0xbe, 0xbe}, {0xc0, 0xc2},
		{0xc5, 0xcb}, {0xcd, 0xd4}, {0xd6, 0xdb}, {0xe0, 0xe2}, {0xe4, 0xe6}, {0xea, 0xee}, {0xf0, 0xf2}, {0xf6, 0xf7}, {0xfa, 0xfa},
		{0xfe, 0xff},
	}},
	{name: "slow vector", price: 40, vec: []span{
		{0x0f, 0x16}, {0x18, 0x19}, {0x1b, 0x1b}, {0x1d, 0x1d}, {0x1f, 0x1f}, {0x21, 0x21}, {0x53, 0x53}, {0x62, 0x64}, {0x6c, 0x6c},
		{0x7f, 0x7f}, {0x82, 0x84}, {0x9d, 0x9d}, {0x9f, 0x9f}, {0xa3, 0xa4}, {0xbd, 0xbd}, {0xbf, 0xbf}, {0xc3, 0xc4}, {0xcc, 0xcc},
		{0xd5, 0xd5}, {0xdc, 0xdf}, {0xe3, 0xe3}, {0xe7, 0xe9}, {0xef, 0xef}, {0xf3, 0xf5}, {0xf8, 0xf9}, {0xfb, 0xfd},
	}},
}

// Prices that do not belong to an instruction.
const (
	priceOfEntry = 1 // entering a function
	priceOfLoop  = 1 // each turn of a loop
	priceOfBlock = 1 // each basic block: it is counted
	priceOfValue = 1 // each value that a call, a branch or a block moves
	localsForOne = 8 // locals that cost 1 when a function is entered: they are set to zero

	// Where a block ends, the locals that may have been set in it are moved: 3 for 2 of them.
	priceOfJoin, joinsForIt = 3, 2

	// A page of memory costs 1 << shiftOfPage when an instance begins with it or is given it. That includes the system's
	// work when each part of it is used for the first time.
	shiftOfPage = 17

	priceOfInstance = 100_000 // making an instance, besides
	priceOfGlobal   = 500     // each global in it
	priceOfExport   = 700     // each export of it
	priceOfSegment  = 1_000   // each data or element segment
	priceOfElement  = 2_000   // each element of a segment, passive ones included
	priceOfRoom     = 10      // each entry that a table begins with
	bytesForOne     = 4       // bytes of a data segment that cost 1
)

// lengthPrice is what each byte or element of a length costs: the length shifted in a direction.
type lengthPrice struct{ shift, direction byte }

// lengthPrices has the instructions after 0xfc that take a length.
var lengthPrices = map[byte]lengthPrice{
	miscMemoryInit: {2, opI64ShrU}, // 1 for 4 bytes
	miscMemoryCopy: {2, opI64ShrU},
	miscMemoryFill: {2, opI64ShrU},
	miscTableInit:  {1, opI64Shl}, // 2 for each element
	miscTableCopy:  {1, opI64Shl},
	miscTableFill:  {1, opI64Shl},
	miscTableGrow:  {10, opI64Shl}, // 1,024 for each element: nothing else limits the host's memory that it takes
}

// The price of each instruction, by its byte.
var plainPrices, miscPrices, vectorPrices = func() (plain, misc, vec [256]uint32) {
	for _, c := range classes {
		for _, list := range []struct {
			spans  []span
			prices *[256]uint32
		}{{c.plain, &plain}, {c.misc, &misc}, {c.vec, &vec}} {
			for _, s := range list.spans {
				for op := int(s[0]); op <= int(s[1]); op++ {
					list.prices[op] = c.price
				}
			}
		}
	}
	return plain, misc, vec
}()
