package adapter

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
)

const (
	// maxShown is the longest value of a parameter that a string-to-sign shows: the picture is one of them, an address may
	// hold tokens, and what an address has behind a '&' looks like a parameter of ours.
	maxShown = 2
	// maxName bounds a parameter's name.
	maxName = 64
	// maxMessage bounds what is passed on of a vendor's words.
	maxMessage = 1024
	// picture is written instead of the picture, whose bytes the provider never sees.
	picture = "{picture}"
)

// Shown writes what is signed for a person, on one line: '#' marks a line end. What the provider does not know itself
// has a placeholder; long parameters are left out as in Abridge.
func Shown(toSign *abi.Value) string {
	var b strings.Builder
	for _, p := range toSign.Parts {
		switch {
		case p.Literal != nil:
			b.Write(p.Literal)
		case p.Secret != "":
			b.WriteString("***") // as the host masks it in what a vendor answers
		case p.Digest != nil:
			b.WriteString(digest(p.Digest))
		default:
			b.WriteString(picture)
		}
	}
	return Abridge(strings.ReplaceAll(b.String(), "\n", "#"))
}

func digest(d *abi.Digest) string {
	name := strings.ReplaceAll(d.Algorithm.String(), "_", "-")
	if d.Key == nil && d.Data != nil && len(d.Data.Parts) == 1 && d.Data.Parts[0].Body != nil {
		return "{" + name + " of the body}"
	}
	return "{" + name + "}"
}

// Abridge takes long parameters out of what is signed, or of a vendor's words that repeat it: behind the first '?', a value of
// more than two bytes is replaced by its length. A picture may be one of them, and an address may hold tokens. What is still
// longer than a message should be is cut.
func Abridge(toSign string) string {
	head, params, ok := strings.Cut(toSign, "?")
	if !ok {
		return cut(toSign)
	}
	list := strings.Split(params, "&")
	for i, p := range list {
		if name, value, _ := strings.Cut(p, "="); len(value) > maxShown && value != picture {
			list[i] = name + "={" + strconv.Itoa(len(value)) + " bytes}"
		} else if len(name) > maxName {
			list[i] = "{" + strconv.Itoa(len(p)) + " bytes}"
		}
	}
	return cut(head + "?" + strings.Join(list, "&"))
}

func cut(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	end := maxMessage
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
