package aligateway

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/sdk"
)

const (
	// maxShown is the longest value of a parameter that a string-to-sign shows: the picture is one of them, an address may
	// hold tokens, and what an address has behind a '&' looks like a parameter of ours.
	maxShown = 2
	// maxName bounds a parameter's name.
	maxName = 64
	// maxMessage bounds what is passed on of the gateway's words.
	maxMessage = 1024
	// picture stands for the picture, whose bytes the provider never sees.
	picture = "{picture}"
)

// shown writes a string-to-sign for a person, as the gateway does it: '#' for a line end. What the provider does not know
// itself has a placeholder.
func shown(toSign sdk.Value) string {
	var b strings.Builder
	for _, p := range toSign.Parts {
		switch {
		case p.Literal != nil:
			b.Write(p.Literal)
		case p.Secret != "":
			b.WriteString("***") // as the host masks it in what the gateway answers
		case p.Digest != nil:
			b.WriteString("{md5 of the body}")
		default:
			b.WriteString(picture)
		}
	}
	return abridge(strings.ReplaceAll(b.String(), "\n", "#"))
}

// abridge takes long parameters out of a string-to-sign, behind its only '?'.
func abridge(toSign string) string {
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
