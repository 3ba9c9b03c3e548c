// Package messagetest lets tests compare messages by code and parameters, so that a sentence can be improved without touching
// them.
package messagetest

import (
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Code returns a message's code and its parameters by name: "route.next_since(provider=a why=route.rate_limit)". A [message.Literal]
// is its text in quotes, no message an empty string.
func Code(m message.Message) string { return m.Format(codes{}) }

// codes is a language whose sentences are codes.
type codes struct{}

// Template returns the code with the parameters of the English template.
func (codes) Template(c message.Code) string {
	var names []string
	for _, part := range strings.Split(message.English{}.Template(c), "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for i, name := range names {
		names[i] = name + "={" + name + "}"
	}
	if len(names) == 0 {
		return string(c)
	}
	return string(c) + "(" + strings.Join(names, " ") + ")"
}

// Value writes everything as English does.
func (codes) Value(any) (string, bool) { return "", false }
