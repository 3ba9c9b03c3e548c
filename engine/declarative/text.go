package declarative

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// constant returns a text that is always the same.
func constant(s string) *compiled { return &compiled{text: func(*run) string { return s }} }

// text compiles a text or a value.
func (c *compiler) text(t *text, s scope) *compiled {
	switch {
	case !c.unfold(t.place):
	case t.literal != nil:
		return constant(t.literal.s)
	case t.expr != nil:
		return c.expression(t.expr, s)
	default:
		return join(c.texts(t.items, s), false)
	}
	return constant("")
}

func (c *compiler) texts(items []text, s scope) []*compiled {
	out := make([]*compiled, len(items))
	for i := range items {
		out[i] = c.text(&items[i], s)
	}
	return out
}

// textOnly compiles a text that must be known here, because it is compared or shown to a person.
func (c *compiler) textOnly(t *text, s scope) *compiled {
	s.host = false
	return c.text(t, s)
}

// source compiles a text out of an answer; nil gives none.
func (c *compiler) source(t *source, s scope) *compiled {
	switch {
	case t == nil || !c.unfold(t.place):
		return nil
	case t.literal != nil:
		return c.readPointer(t.literal, s)
	case t.expr != nil:
		s.host = false
		return c.expression(t.expr, s)
	}
	items := make([]*compiled, len(t.items))
	for i := range t.items {
		items[i] = c.source(&source{t.items[i]}, s)
	}
	return first(items)
}

func (c *compiler) readPointer(w *word, s scope) *compiled {
	c.needAnswer(w.place, s)
	if s.message {
		c.fail(w.place, "a message may be logged, and what an answer says may be a field of a card: want it in vendor_message, or left out")
	}
	p := c.pointer(w)
	c.know(p, s)
	return &compiled{text: func(r *run) string { return r.text(r.leaves, p) }}
}

// know notes a pointer of the file, for what is beyond all of them.
func (c *compiler) know(pointer string, s scope) {
	if !s.item {
		c.known = append(c.known, pointer)
	}
}

// needAnswer reports what reads an answer where there is none.
func (c *compiler) needAnswer(p place, s scope) {
	if !s.answer {
		c.fail(p, "there is no answer to read here yet")
	}
}

// needStart notes that something asks what the attempt began with.
func (c *compiler) needStart(s scope) { c.keepsStart = c.keepsStart || s.later }

// join returns the pieces one after the other. With whole, it returns nothing if one of them is empty.
func join(items []*compiled, whole bool) *compiled {
	if slices.ContainsFunc(items, func(i *compiled) bool { return i.text == nil }) {
		return &compiled{parts: func(r *run, v *abi.Value) {
			for _, i := range items {
				i.put(r, v)
			}
		}}
	}
	return &compiled{text: func(r *run) string {
		var b strings.Builder
		for _, i := range items {
			s := i.say(r)
			if s == "" && whole {
				return ""
			}
			b.WriteString(s)
		}
		return b.String()
	}}
}

// first returns the first text that is not empty.
func first(items []*compiled) *compiled {
	return &compiled{text: func(r *run) string {
		for _, i := range items {
			if s := i.say(r); s != "" {
				return s
			}
		}
		return ""
	}}
}

// choose returns the first text that is present.
func choose(items []*compiled) *compiled {
	pick := func(r *run) *compiled {
		for _, i := range items {
			if i.there(r) {
				return i
			}
		}
		return constant("")
	}
	if slices.ContainsFunc(items, func(i *compiled) bool { return i.text == nil }) {
		return &compiled{parts: func(r *run, v *abi.Value) { pick(r).put(r, v) }}
	}
	return &compiled{text: func(r *run) string { return pick(r).say(r) }}
}

// timeText compiles the time of the call.
func (c *compiler) timeText(w *word) func(*run) string {
	if c.oneOf(w, "s", "ms", "date", "datetime", "basic_date", "basic_datetime") {
		layouts := map[string]string{"date": time.DateOnly, "datetime": "2006-01-02T15:04:05Z", "basic_date": "20060102", "basic_datetime": "20060102T150405Z"}
		layout := layouts[w.s]
		switch w.s {
		case "s":
			return func(r *run) string { return strconv.FormatInt(r.ctx.NowUnixMs/1000, 10) }
		case "ms":
			return func(r *run) string { return strconv.FormatInt(r.ctx.NowUnixMs, 10) }
		}
		return func(r *run) string { return time.UnixMilli(r.ctx.NowUnixMs).UTC().Format(layout) }
	}
	return nil
}

// imageText compiles what is said of the picture.
func imageText(what string) func(*run) string {
	switch what {
	case "url":
		return func(r *run) string { return r.start.Picture.URL }
	case "size":
		return func(r *run) string { return strconv.FormatUint(r.start.Picture.Size, 10) }
	case "format":
		return func(r *run) string {
			if f := r.start.Picture.Format; f != abi.ImageFormatUnspecified {
				return f.String()
			}
			return ""
		}
	}
	return nil
}

func sideText(r *run) string {
	if r.start.Side == abi.SideUnspecified {
		return ""
	}
	return r.start.Side.String()
}

func statusText(r *run) string {
	if r.response == nil {
		return ""
	}
	return strconv.Itoa(int(r.response.Status))
}

func headerText(name string) func(*run) string {
	return func(r *run) string {
		if r.response == nil {
			return ""
		}
		return adapter.HeaderText(r.response.Headers, name)
	}
}

// urlText compiles a part of the address that the request goes to.
func urlText(what string) func(*run) string {
	return func(r *run) string {
		_, rest, _ := strings.Cut(r.endpoint+r.request.path, "://")
		slash := strings.IndexByte(rest+"/", '/')
		if what == "host" {
			return rest[:slash]
		}
		return cmp.Or(rest[slash:], "/")
	}
}

// optionPointer returns the pointer to a setting or option: at the top, unless it is a pointer itself.
func (c *compiler) optionPointer(w *word) string {
	if strings.HasPrefix(w.s, "/") {
		return c.pointer(w)
	}
	return jsonpointer.Join("", w.s)
}
