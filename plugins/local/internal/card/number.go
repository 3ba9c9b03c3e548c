package card

import "strings"

// number is a possible citizen number in a row.
type number struct {
	text   string
	tokens []token
	valid  bool
}

// digit maps a character to the digit that it may be. These shapes differ in the number's typeface only.
func digit(r rune) (byte, bool) {
	switch {
	case r >= '0' && r <= '9':
		return byte(r), true
	case r == 'X' || r == 'x' || r == '×':
		return 'X', true
	}
	if i := strings.IndexRune("OoDIl|SBZ", r); i >= 0 {
		return "000111582"[i], true
	}
	return 0, false
}

// findNumber returns the run of tokens that is the citizen number, or nil. The run has 18 characters, of which 17 are
// digits; one with a valid checksum is preferred. A shorter or longer run is not the number.
func findNumber(tokens []token) *number {
	var loose *number
	for i := 0; i+numberLength <= len(tokens); i++ {
		run := tokens[i : i+numberLength]
		var text [numberLength]byte
		digits, plainDigits := true, 0
		for j, t := range run {
			d, ok := digit(t.r)
			if !ok || d == 'X' && j < numberLength-1 {
				digits = false
				break
			}
			if byte(t.r) == d {
				plainDigits++
			}
			text[j] = d
		}
		if !digits || plainDigits < numberLength-3 {
			continue
		}
		n := &number{text: string(text[:]), tokens: run, valid: Checksum(string(text[:]))}
		if n.valid {
			return n
		}
		before := i > 0 && isDigit(tokens[i-1].r)
		behind := i+numberLength < len(tokens) && isDigit(tokens[i+numberLength].r)
		if loose == nil && !before && !behind {
			loose = n
		}
	}
	return loose
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

const numberLength = 18

// Checksum reports whether the last of 18 characters is the check character of the first 17 (GB 11643-1999, ISO 7064
// MOD 11-2).
func Checksum(number string) bool {
	if len(number) != numberLength {
		return false
	}
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
		sum += int(number[i]-'0') * weight
	}
	return "10X98765432"[sum%11] == number[17]
}
