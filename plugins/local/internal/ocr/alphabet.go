package ocr

import (
	"errors"
	"fmt"
	"strings"
)

// ErrAlphabet means that a dictionary does not fit its recognition model.
var ErrAlphabet = errors.New("dictionary does not fit the recognition model")

// ParseAlphabet reads a dictionary: one character per line, in the order of the model's classes after the blank. A line with
// several characters becomes U+FFFD. The engine adds the space, the last class of PP-OCR models.
func ParseAlphabet(text string) ([]rune, error) {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if text == "" {
		return nil, fmt.Errorf("%w: it is empty", ErrAlphabet)
	}
	var alphabet []rune
	for line := range strings.SplitSeq(text, "\n") {
		runes := []rune(line)
		if len(runes) == 1 {
			alphabet = append(alphabet, runes[0])
		} else {
			alphabet = append(alphabet, '\uFFFD')
		}
	}
	return alphabet, nil
}
