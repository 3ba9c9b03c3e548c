package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// response writes a reply in the format that the client asks for, JSON by default. The document is not clear whether the
// card's fields are in retdata or beside codeid, so they are in both places.
func (r reply) response(format string, c *sdk.Call) *sdk.InboundResponse {
	if format == "xml" {
		return sdk.AnswerText(200, "text/xml; charset=utf-8", r.xml(c.Seconds()))
	}
	return sdk.AnswerJSON(200, r.json(c.Seconds()))
}

func (r reply) json(time string) sdk.JSON {
	var card []sdk.JSONMember
	for _, p := range r.card {
		v := sdk.StringText(p.text)
		if p.name == "idcard_number_type" {
			v = sdk.Number(p.text)
		}
		card = append(card, sdk.Member(p.name, v))
	}
	data := sdk.StringText("")
	if card != nil {
		data = sdk.Object(card...)
	}
	return sdk.Object(append([]sdk.JSONMember{
		sdk.Member("codeid", sdk.Number(r.code)), sdk.Member("message", sdk.StringText(r.message)),
		sdk.Member("time", sdk.StringText(time)), sdk.Member("retdata", data),
	}, card...)...)
}

func (r reply) xml(time string) string {
	var card strings.Builder
	for _, p := range r.card {
		element(&card, p.name, escapeXML(p.text))
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n<root>")
	element(&b, "codeid", r.code)
	element(&b, "message", escapeXML(r.message))
	element(&b, "time", time)
	element(&b, "retdata", card.String())
	b.WriteString(card.String() + "</root>\n")
	return b.String()
}

// element writes an element. content must be escaped.
func element(b *strings.Builder, name, content string) {
	b.WriteString("<" + name + ">" + content + "</" + name + ">")
}

// escapeXML escapes a text and removes characters that XML 1.0 does not allow.
func escapeXML(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;").Replace(text)
}
