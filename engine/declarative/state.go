package declarative

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// errBadState is a state that no step of this program gave.
var errBadState = errors.New("the state is not of this provider")

// state returns what the next step must know: which step it follows, whether it began again, how signed values looked and, if the
// program asks for it, what the attempt began with. It is empty where the first two say nothing and the others are not there.
//
//	step | restarted | number of signed | name, text of each | Start
//
// Numbers are varints; texts have their length before them.
func (p *program) state(r *run, index int) []byte {
	if len(p.steps) == 1 && !p.keepsStart && len(r.signed) == 0 {
		return nil
	}
	b := binary.AppendUvarint(nil, uint64(index))
	b = append(b, flagByte(r.restarted))
	b = binary.AppendUvarint(b, uint64(len(r.signed)))
	for _, name := range slices.Sorted(maps.Keys(r.signed)) {
		b = appendText(b, name)
		b = appendText(b, r.signed[name])
	}
	if p.keepsStart {
		b = r.start.AppendWire(b)
	}
	return b
}

func flagByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// restore reads a state into a run, and gives the step that it follows.
func (p *program) restore(r *run, state []byte) (index int, err error) {
	if len(state) == 0 {
		return len(p.steps) - 1, nil
	}
	s := stateReader{b: state, ok: true}
	step := s.number()
	r.restarted = s.number() == 1
	for range s.number() {
		name, text := s.text(), s.text()
		if !s.ok {
			break
		}
		r.signed[name] = text
	}
	if !s.ok || step >= uint64(len(p.steps)) {
		return 0, errBadState
	}
	if err := r.start.UnmarshalWire(s.b); err != nil {
		return 0, errors.Join(errBadState, err)
	}
	return int(step), nil
}

// stateReader takes a state apart from its front; ok is false once something is missing.
type stateReader struct {
	b  []byte
	ok bool
}

func (s *stateReader) number() uint64 {
	n, size := binary.Uvarint(s.b)
	if size <= 0 || n > abi.MaxStateBytes {
		s.ok = false
		return 0
	}
	s.b = s.b[size:]
	return n
}

func (s *stateReader) text() string {
	n := s.number()
	if n > uint64(len(s.b)) {
		s.ok = false
		return ""
	}
	text := string(s.b[:n])
	s.b = s.b[n:]
	return text
}
