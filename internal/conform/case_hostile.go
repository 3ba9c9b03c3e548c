package conform

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

func checkHostile(ctx context.Context, s *Subject, o *Outcome) error {
	bases := s.bases()
	if len(bases) == 0 {
		o.inapplicable(noExchange)
		return nil
	}
	answers := 0
	for _, b := range bases {
		for _, h := range b.hostile() {
			if h.in == nil {
				continue
			}
			answers++
			st := s.ask(ctx, s.main, h.in, b.at.calls)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			where := fmt.Sprintf("%s, exchange %d, %s", b.track.golden.Name, b.number, h.name)
			checkAction(where, st, o)
			checkBefore(where, b, st, o)
			var dead *catalog.PluginError
			if errors.As(st.err, &dead) && dead.Cause == catalog.CrashLoop {
				return nil // it has failed often enough
			}
		}
	}
	o.looked(answers, "answer")
	return nil
}

// checkAction checks what a provider returned for a hostile answer.
func checkAction(where string, st step, o *Outcome) {
	a := st.action()
	switch {
	case st.err != nil:
		o.wrong(where, "return a failure for every answer", "the plugin breaks: %v", st.err)
	case a.Exchange != nil && a.Exchange.Request == nil:
		o.wrong(where, "give every exchange a request", "the plugin returns an exchange without a request")
	case a.Done != nil && !slices.ContainsFunc(a.Done.Fields, func(f abi.Field) bool { return f.Text != "" }):
		o.wrong(where, "return no_document, unreadable or provider_error", "a card is recognised and has no field")
	case a.Fail != nil && (a.Fail.Kind == abi.FailureKindUnspecified || a.Fail.Kind > abi.FailureKindInternal):
		o.wrong(where, "give every failure a kind", "the failure has no kind")
	case a.Fail != nil && a.Fail.Retryable && a.Fail.Billed == abi.BilledUnknown:
		o.wrong(where, "retry only what is known not to be billed", "a call that may be billed is retryable")
	}
}

// checkBefore warns of a further exchange after one that may be billed, if it does not say what the one before cost. The host then counts
// the attempt as one that may be billed, regardless of what the further exchange costs.
func checkBefore(where string, b base, st step, o *Outcome) {
	a := st.action()
	if st.err != nil || a.Exchange == nil || a.Exchange.Billed != abi.BilledUnknown || b.sent == nil || b.sent.Cache != nil || adapter.TurnedAway(st.input().Response.Status) || len(o.Warnings) > 0 {
		return
	}
	o.warn(where, "say it with BilledBefore, or with billed in a provider file", "the next exchange does not say what this one cost, so the bill of the attempt is unknown at best")
}

// base is a good answer, from which hostile answers are made.
type base struct {
	track  *track
	at     step
	number int // counted from 1
	given  answer
	sent   *abi.Exchange // that is answered
}

// bases returns one answer for each position in a call, from the first exchange that has so many answers.
func (s *Subject) bases() []base {
	var out []base
	tracks := slices.Clone(s.tracks)
	if t := s.recognized(); t != nil {
		tracks = slices.Insert(tracks, 0, t)
	}
	for _, t := range tracks {
		n := 0
		for i, st := range t.steps {
			if st.input().Response == nil {
				continue
			}
			if n++; n > len(out) && st.err == nil {
				out = append(out, base{t, st, n, t.golden.answer(n), t.steps[i-1].action().Exchange})
			}
		}
	}
	return out
}

// hostileAnswer is an answer that no document describes.
type hostileAnswer struct {
	name string
	in   *abi.StepRequest // nil if the host would end the call itself
}

func (b base) hostile() []hostileAnswer {
	var out []hostileAnswer
	whole := func(name string, status int, contentType, body string) {
		a := answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: body}
		out = append(out, hostileAnswer{fmt.Sprintf("%s with status %d as %s", name, status, contentType), answering(b.at, a)})
	}
	const asJSON = "application/json"
	for _, body := range b.bodies() {
		for _, status := range []int{200, 403, 500} {
			whole(body.name, status, asJSON, body.text)
		}
		whole(body.name, 200, "text/html; charset=utf-8", body.text)
	}
	for _, status := range []int{201, 204, 302, 400, 401, 403, 404, 413, 418, 429, 500, 502, 503, 504, 599} {
		whole("the good answer", status, asJSON, b.given.body)
		whole("nothing", status, "", "")
		whole("a page", status, "text/html", "<html><body><h1>Error</h1></body></html>")
	}
	for _, contentType := range []string{"", "application/xml", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain; charset=gbk", "\x7f"} {
		whole("the good answer", 200, contentType, b.given.body)
	}
	return append(out, b.leaves()...)
}

type namedText struct{ name, text string }

func (b base) bodies() []namedText {
	good := b.given.body
	return []namedText{
		{"white space", " \r\n\t "},
		{"a page", "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>"},
		{"null", "null"}, {"true", "true"}, {"zero", "0"}, {"a text", `"error"`}, {"an empty text", `""`},
		{"an empty list", "[]"}, {"an empty object", "{}"}, {"a list of nulls", "[null,null]"},
		{"a list around the good answer", "[" + good + "]"},
		{"an object around the good answer", `{"result":` + good + "}"},
		{"half of the good answer", good[:len(good)/2]},
		{"the good answer and more", good + "}"},
		{"the good answer with a byte order mark", "\uFEFF" + good},
		{"deep lists", strings.Repeat("[", 60) + strings.Repeat("]", 60)},
		{"too deep lists", strings.Repeat("[", 5000)},
		{"deep objects", strings.Repeat(`{"a":`, 60) + "1" + strings.Repeat("}", 60)},
		{"a huge number", `{"code":1e999,"data":-123456789012345678901234567890}`},
		{"a long text", `{"msg":"` + strings.Repeat("样", 5000) + `"}`},
		{"many members", `{` + strings.Repeat(`"a":1,`, 3000) + `"b":2}`},
		{"a NUL", "{\"a\":\"\x00\"}"}, {"an escaped NUL", `{"a":"\u0000"}`}, {"half a surrogate", `{"a":"\ud800"}`},
		{"bytes that are no UTF-8", "{\"a\":\"\xff\xfe\xc0\x80\"}"}, {"bytes", "\x00\x01\x02\xff"},
		{"a zip file", "PK\x03\x04\x14\x00"}, {"XML", `<?xml version="1.0"?><root><code>200</code><code>1</code></root>`},
		{"an XML bomb", `<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>`},
		{"a form", "code=200&data=x&data=y"}, {"base64", base64.StdEncoding.EncodeToString([]byte(good))},
		{"names that repeat", `{"a":1,"a":{"b":2},"a":null}`}, {"odd names", `{"":1,"a/b":2,"~":3,"\n":4}`},
	}
}

// leaves returns good answers in which something has the wrong type. They are the same for JSON and XML.
func (b base) leaves() []hostileAnswer {
	good := b.at.input().Response.Leaves
	var out []hostileAnswer
	with := func(name string, leaves []abi.Leaf) {
		in := b.at.input()
		in.Response.Leaves = leaves
		out = append(out, hostileAnswer{name, in})
	}
	for i, l := range good {
		for _, m := range mutations() {
			with(fmt.Sprintf("%s is %s", l.Path, m.name), m.apply(good, i))
		}
	}
	for _, path := range append([]string{""}, inner(good)...) {
		name := cmp.Or(path, "the whole answer")
		rest := slices.DeleteFunc(slices.Clone(good), func(l abi.Leaf) bool { return strings.HasPrefix(l.Path, path+"/") })
		with(name+" is missing", rest)
		with(name+" is null", append(slices.Clone(rest), abi.Leaf{Path: path, Type: abi.LeafTypeNull}))
		with(name+" is a text", append(slices.Clone(rest), abi.Leaf{Path: path, Type: abi.LeafTypeString, Value: "x"}))
		listed := slices.Clone(good)
		for i := range listed {
			if below, ok := strings.CutPrefix(listed[i].Path, path+"/"); ok {
				listed[i].Path = path + "/0/" + below
			}
		}
		with(name+" is a list", listed)
		emptied := slices.Clone(good)
		for i := range emptied {
			if l := &emptied[i]; strings.HasPrefix(l.Path, path+"/") && l.Type == abi.LeafTypeString {
				l.Value, l.Size = "", 0
			}
		}
		with("every text below "+name+" is empty", emptied)
	}
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		leaves := good
		for range 1 + r.IntN(4) {
			if len(leaves) > 0 {
				leaves = mutations()[r.IntN(len(mutations()))].apply(leaves, r.IntN(len(leaves)))
			}
		}
		with(fmt.Sprintf("several changes at once (%d)", seed), leaves)
	}
	return out
}

// inner returns the paths of objects and lists.
func inner(leaves []abi.Leaf) []string {
	var out []string
	for _, l := range leaves {
		for i := len(l.Path) - 1; i > 0; i-- {
			if path := l.Path[:i]; l.Path[i] == '/' && !slices.Contains(out, path) {
				out = append(out, path)
			}
		}
	}
	return out
}

// mutation replaces one leaf.
type mutation struct {
	name string
	to   []abi.Leaf // with paths below the leaf's
}

func mutations() []mutation {
	one := func(name string, t abi.LeafType, value string) mutation {
		return mutation{name, []abi.Leaf{{Type: t, Value: value}}}
	}
	return []mutation{
		{"missing", nil},
		one("null", abi.LeafTypeNull, ""),
		one("an empty text", abi.LeafTypeString, ""),
		one("true", abi.LeafTypeBool, "true"),
		one("false", abi.LeafTypeBool, "false"),
		one("zero", abi.LeafTypeNumber, "0"),
		one("negative", abi.LeafTypeNumber, "-1"),
		one("a fraction", abi.LeafTypeNumber, "0.5"),
		one("a huge number", abi.LeafTypeNumber, "1e999"),
		one("a long number", abi.LeafTypeNumber, strings.Repeat("9", 400)),
		one("white space", abi.LeafTypeString, " \t\n"),
		one("a NUL", abi.LeafTypeString, "\x00"),
		one("a replacement character", abi.LeafTypeString, "\uFFFD"),
		one("a text of 4,096 bytes", abi.LeafTypeString, strings.Repeat("x", 4096)),
		{"a text longer than a leaf", []abi.Leaf{{Type: abi.LeafTypeString, Handle: 1, Size: 5000}}},
		{"an object", []abi.Leaf{{Path: "/x", Type: abi.LeafTypeString, Value: "y"}}},
		one("an empty list", abi.LeafTypeEmptyArray, ""),
		one("an empty object", abi.LeafTypeEmptyObject, ""),
		{"a list", []abi.Leaf{{Path: "/0", Type: abi.LeafTypeNull}, {Path: "/1", Type: abi.LeafTypeNumber, Value: "2"}}},
	}
}

// apply replaces leaf i.
func (m mutation) apply(leaves []abi.Leaf, i int) []abi.Leaf {
	out := slices.Clone(leaves[:i])
	for _, l := range m.to {
		l.Path = leaves[i].Path + l.Path
		out = append(out, l)
	}
	return append(out, leaves[i+1:]...)
}
