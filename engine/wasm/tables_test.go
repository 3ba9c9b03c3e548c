package wasm

import "testing"

func TestTableEntries(t *testing.T) {
	const header = "\x00asm\x01\x00\x00\x00"
	for _, c := range []struct {
		name, sections string
		want           uint64
	}{
		{"a module without sections", "", 0},
		{"a module without tables", "\x01\x01\x00\x05\x03\x01\x00\x01", 0},
		{"one table", "\x04\x04\x01\x70\x00\x05", 5},
		{"a table behind a custom section", "\x00\x03\x01xy\x04\x04\x01\x70\x00\x05", 5},
		{"two tables, one with a maximum", "\x04\x09\x02\x70\x01\x80\x01\xff\x01\x6f\x00\x03", 131},
		{"a table larger than allowed", "\x04\x08\x01\x70\x00\xff\xff\xff\xff\x0f", 1<<32 - 1},
		{"a section cut short", "\x04\x02\x01\x70", 0},
	} {
		if got := tableEntries([]byte(header + c.sections)); got != c.want {
			t.Errorf("%s: %d entries, want %d", c.name, got, c.want)
		}
	}
}

func FuzzTableEntries(f *testing.F) {
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x04\x04\x01\x70\x00\x05"))
	f.Fuzz(func(_ *testing.T, module []byte) {
		if len(module) >= 8 {
			tableEntries(module)
		}
	})
}
