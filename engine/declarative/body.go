package declarative

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// body compiles the body of a request, of which there is one kind.
func (c *compiler) body(q *request, out *requestRules, s scope) {
	s.body = true
	var kinds []string
	if q.Form.isSet() {
		kinds = append(kinds, "form")
		out.form = c.list(&q.Form, s)
		out.body = func(r *run) *abi.Body { return &abi.Body{Form: &abi.Form{Fields: values(out.form, r)}} }
	}
	if q.Multipart.isSet() {
		kinds = append(kinds, "multipart")
		parts := s
		parts.part = true
		out.multipart = c.list(&q.Multipart, parts)
		out.body = out.multipartBody
	}
	if q.JSON.isSet() {
		kinds = append(kinds, "json")
		object := c.object(&q.JSON, s)
		out.body = func(r *run) *abi.Body { return &abi.Body{JSON: object(r)} }
	}
	if q.Raw != nil {
		kinds = append(kinds, "raw")
		raw := c.text(q.Raw, s)
		out.body = func(r *run) *abi.Body { return &abi.Body{Raw: raw.value(r)} }
	}
	if len(kinds) > 1 {
		c.fail(q.place, "has %s, want only one of them", strings.Join(kinds, " and "))
	}
}

func (q *requestRules) multipartBody(r *run) *abi.Body {
	m := new(abi.Multipart)
	for _, p := range q.multipart {
		if p.value.there(r) && r.spend(len(p.name)+partCost) {
			m.Fields = append(m.Fields, abi.MultipartField{
				Name: p.name, Value: p.value.value(r), Filename: p.filename.say(r), ContentType: p.contentType.say(r),
			})
		}
	}
	return &abi.Body{Multipart: m}
}

// jsonRule makes a JSON value.
type jsonRule func(*run) *abi.JSON

// jsonMember is a member of an object or an item of an array.
type jsonMember struct {
	name string
	when func(*run) bool // nil: always
	make jsonRule
}

func (c *compiler) object(m *named[jsonTree], s scope) jsonRule {
	members := make([]jsonMember, len(m.items))
	for i := range m.items {
		members[i] = c.json(&m.items[i].value, s)
		members[i].name = m.items[i].name.s
	}
	return func(r *run) *abi.JSON {
		o := new(abi.JSONObject)
		for _, member := range members {
			if (member.when == nil || member.when(r)) && r.spend(len(member.name)+partCost) {
				o.Members = append(o.Members, abi.JSONMember{Name: member.name, Value: member.make(r)})
			}
		}
		return &abi.JSON{Object: o}
	}
}

func (c *compiler) array(items []jsonTree, s scope) jsonRule {
	members := make([]jsonMember, len(items))
	for i := range items {
		members[i] = c.json(&items[i], s)
	}
	return func(r *run) *abi.JSON {
		a := new(abi.JSONArray)
		for _, member := range members {
			if (member.when == nil || member.when(r)) && r.spend(partCost) {
				a.Items = append(a.Items, *member.make(r))
			}
		}
		return &abi.JSON{Array: a}
	}
}

// json compiles a value of a JSON body.
func (c *compiler) json(j *jsonTree, s scope) jsonMember {
	if !c.unfold(j.place) {
		return jsonMember{}
	}
	if j.literal != "" {
		return jsonMember{make: func(*run) *abi.JSON { return &abi.JSON{Literal: j.literal} }}
	}
	if j.text != nil {
		return stringMember(c.text(j.text, s))
	}
	e := j.expr
	var kinds []string
	var out jsonMember
	if e.Object.isSet() {
		kinds = append(kinds, "object")
		out.make = c.object(&e.Object, s)
	}
	if e.Array != nil {
		kinds = append(kinds, "array")
		out.make = c.array(e.Array, s)
	}
	if e.Literal != nil {
		kinds = append(kinds, "literal")
		text := c.textOnly(e.Literal, s)
		out.make = func(r *run) *abi.JSON { return &abi.JSON{Literal: jsonLiteral(text.say(r))} }
	}
	switch {
	case len(kinds) == 0:
		return stringMember(c.expression(&e.expression, s))
	case len(kinds) > 1 || !onlyWhen(&e.expression):
		c.fail(j.place, "has more beside %s, want it alone, or with when", kinds[0])
	}
	out.when = c.when(e.When, s)
	return out
}

// literalText is JSON's notation of a number, true or false.
var literalText = regexp.MustCompile(`^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false)$`)

// jsonLiteral returns a text as a number, true or false, null where it is none.
func jsonLiteral(s string) string {
	if literalText.MatchString(s) {
		return s
	}
	return "null"
}

func stringMember(value *compiled) jsonMember {
	return jsonMember{when: value.when, make: func(r *run) *abi.JSON { return &abi.JSON{Text: value.value(r)} }}
}

// onlyWhen reports whether an expression has no key but when.
func onlyWhen(e *expression) bool {
	rest := *e
	rest.place, rest.When = place{}, nil
	return reflect.ValueOf(rest).IsZero()
}
