// Package spell guesses which word somebody meant.
package spell

import "strings"

// Nearest returns the word closest to a mistyped one, or "" if none is close. A third of its letters may differ.
func Nearest(typed string, words []string) string {
	best, bestDistance := "", len([]rune(typed))/3+1
	for _, word := range words {
		if d := distance(strings.ToLower(typed), word); d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = word, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, change or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
