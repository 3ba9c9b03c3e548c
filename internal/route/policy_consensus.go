package route

import (
	"cmp"
	"maps"
	"slices"
)

// Vote is the result of several readings of one card.
type Vote struct {
	// Fields by name.
	Fields map[string]Elected
	// Agreed is set if enough readings agree on every field.
	Agreed bool
}

// Elected says which reading supplies a field.
type Elected struct {
	// By is the attempt that supplies it, With are those that read the same, Against those that read something else. Readings
	// without the field are in none of them.
	By            int
	With, Against []int
	// Disputed is set if too few agree.
	Disputed bool
}

// ballot is one value of a field with the attempts that read it.
type ballot struct {
	value    string
	attempts []int
	proved   int
	sure     float64
}

// vote elects the value of each field: by the number of readings with the same value, then by what the document itself proves,
// then by confidence, then by the order of the attempts. agree is how many are enough.
func vote(readings map[int]*Reading, agree int) *Vote {
	names := make(map[string]bool)
	for _, r := range readings {
		for name := range r.Fields {
			names[name] = true
		}
	}
	v := &Vote{Fields: make(map[string]Elected, len(names)), Agreed: len(readings) >= agree}
	order := slices.Sorted(maps.Keys(readings))
	for name := range names {
		var ballots []*ballot
		for _, n := range order {
			f, ok := readings[n].Fields[name]
			if !ok {
				continue
			}
			i := slices.IndexFunc(ballots, func(b *ballot) bool { return b.value == f.Value })
			if i < 0 {
				i = len(ballots)
				ballots = append(ballots, &ballot{value: f.Value})
			}
			b := ballots[i]
			b.attempts = append(b.attempts, n)
			if f.Proved {
				b.proved++
			}
			if f.Confidence != nil {
				b.sure += *f.Confidence
			}
		}
		slices.SortStableFunc(ballots, func(a, b *ballot) int {
			return cmp.Or(cmp.Compare(len(b.attempts), len(a.attempts)), cmp.Compare(b.proved, a.proved), cmp.Compare(b.sure, a.sure))
		})
		e := Elected{By: surest(ballots[0].attempts, readings, name), Disputed: len(ballots[0].attempts) < agree}
		for _, n := range ballots[0].attempts {
			if n != e.By {
				e.With = append(e.With, n)
			}
		}
		for _, b := range ballots[1:] {
			e.Against = append(e.Against, b.attempts...)
		}
		slices.Sort(e.Against)
		v.Agreed = v.Agreed && !e.Disputed
		v.Fields[name] = e
	}
	return v
}

// surest returns the attempt of one value with the highest confidence, or else the first.
func surest(attempts []int, readings map[int]*Reading, name string) int {
	best, sure := attempts[0], -1.0
	for _, n := range attempts {
		if c := readings[n].Fields[name].Confidence; c != nil && *c > sure {
			best, sure = n, *c
		}
	}
	return best
}
