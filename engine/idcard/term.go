package idcard

import "time"

// term is how long a card is valid: a number of years, or for good.
type term int

const longTerm term = 0

// lawfulTerm returns what article 5 of the Law on Resident Identity Cards gives a holder of an age, in completed years.
func lawfulTerm(age int) term {
	switch {
	case age < 16:
		return 5
	case age <= 25:
		return 10
	case age <= 45:
		return 20
	}
	return longTerm
}

// lawful reports whether a card issued on a day to a person born on another may end when it does. With the zero birth date, any
// term of the law will do.
func lawful(birth, from, until Date, forGood bool) bool {
	if birth.IsValid() {
		age := birth.ageAt(from)
		return age >= 0 && lawfulTerm(age).covers(from, until, forGood)
	}
	for _, age := range [...]int{0, 16, 26, 46} {
		if lawfulTerm(age).covers(from, until, forGood) {
			return true
		}
	}
	return false
}

// covers reports whether a card of this term, issued on a day, ends when it does: on the same day so many years later. A card
// issued on 29 February may end on either neighbour of the day that a common year lacks.
func (t term) covers(from, until Date, forGood bool) bool {
	if t == longTerm || forGood {
		return t == longTerm && forGood
	}
	end := Date{Year: from.Year + int(t), Month: from.Month, Day: from.Day}
	if end.IsValid() {
		return until == end
	}
	return until == Date{end.Year, time.February, 28} || until == Date{end.Year, time.March, 1}
}
