package console_test

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// shrunk is a PNG with the 256 colours that it has most of: words and lines keep theirs, and the repository carries a third.
func shrunk(file []byte) ([]byte, error) {
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	count := make(map[color.NRGBA]int)
	at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA) }
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			count[at(x, y)]++
		}
	}
	// A colour stands for those near to it, so that the noise of a photograph does not take all places.
	near := make(map[[3]uint8]color.NRGBA)
	weight := make(map[[3]uint8]int)
	for c, n := range count {
		cell := [3]uint8{c.R >> 3, c.G >> 3, c.B >> 3}
		if first, ok := near[cell]; !ok || n > count[first] || n == count[first] && cmp.Compare(rank(c), rank(first)) < 0 {
			near[cell] = c
		}
		weight[cell] += n
	}
	cells := slices.SortedFunc(maps.Keys(near), func(a, b [3]uint8) int {
		return cmp.Or(weight[b]-weight[a], cmp.Compare(rank(near[a]), rank(near[b])))
	})
	var colours color.Palette
	for _, cell := range cells[:min(256, len(cells))] {
		colours = append(colours, near[cell])
	}
	out := image.NewPaletted(m.Bounds(), colours)
	index := make(map[color.NRGBA]uint8, len(count))
	for c := range count {
		index[c] = uint8(colours.Index(c))
	}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			out.SetColorIndex(x, y, index[at(x, y)])
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&b, out)
	return b.Bytes(), err
}

// rank orders colours.
func rank(c color.NRGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }
