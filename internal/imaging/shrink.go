package imaging

// shrinker averages areas: each pixel of the result is the mean of exactly what it covers. It takes the source row by row and
// is exact integer arithmetic, so a picture shrinks to the same bytes on every machine.
//
// Along each axis a source pixel counts as `to` units wide and a result pixel as `from`, which makes both ends meet and every
// overlap a whole number; a source pixel then overlaps at most two result pixels.
type shrinker struct {
	fromX, fromY, toX, toY int
	room                   int      // units still missing to complete the current result row
	sums                   []uint32 // one source row averaged along x: three sums for each result pixel, up to 255·fromX
	acc                    []uint64 // the current result row, up to 255·fromX·fromY
	out                    []byte   // the last completed row, RGBA
}

func newShrinker(fromX, fromY, toX, toY int) *shrinker {
	return &shrinker{
		fromX: fromX, fromY: fromY, toX: toX, toY: toY, room: fromY,
		sums: make([]uint32, 3*toX), acc: make([]uint64, 3*toX), out: make([]byte, 4*toX),
	}
}

// add takes the next source row, opaque RGBA, and returns a result row when one is complete, otherwise nil. The row is valid until the
// next call.
func (s *shrinker) add(row []byte) []byte {
	s.squeeze(row)
	height := s.toY
	if height < s.room {
		s.weigh(height)
		s.room -= height
		return nil
	}
	s.weigh(s.room)
	height -= s.room
	s.finish()
	s.weigh(height)
	s.room = s.fromY - height
	return s.out
}

// squeeze sums a source row along x into s.sums.
func (s *shrinker) squeeze(row []byte) {
	var r, g, b uint32
	at, room := 0, s.fromX
	for ; len(row) >= 4; row = row[4:] {
		pr, pg, pb := uint32(row[0]), uint32(row[1]), uint32(row[2])
		width := s.toX
		if width >= room {
			w := uint32(room)
			sum := s.sums[at : at+3 : at+3]
			sum[0], sum[1], sum[2] = r+w*pr, g+w*pg, b+w*pb
			at += 3
			r, g, b = 0, 0, 0
			width -= room
			room = s.fromX
		}
		w := uint32(width)
		r, g, b = r+w*pr, g+w*pg, b+w*pb
		room -= width
	}
}

func (s *shrinker) weigh(height int) {
	if height == 0 {
		return
	}
	w := uint64(height)
	for i, sum := range s.sums {
		s.acc[i] += w * uint64(sum)
	}
}

func (s *shrinker) finish() {
	area := uint64(s.fromX) * uint64(s.fromY)
	for i, j := 0, 0; i < len(s.acc); i, j = i+3, j+4 {
		s.out[j] = byte((s.acc[i] + area/2) / area)
		s.out[j+1] = byte((s.acc[i+1] + area/2) / area)
		s.out[j+2] = byte((s.acc[i+2] + area/2) / area)
		s.out[j+3] = 0xFF
	}
	clear(s.acc)
}
