package declarative

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// run is one step of a program. What is compiled asks it, and keeps nothing itself.
type run struct {
	program *program
	ctx     *abi.Context
	config  adapter.Leaves
	// start is what the attempt began with; never nil.
	start *abi.Start
	// response is the answer at hand, and leaves what pointers lead into: its leaves, or those below an item of a list. nil and
	// empty at the start.
	response *abi.Response
	leaves   adapter.Leaves
	// signed is how values looked that a later step wants to show, by their names.
	signed    map[string]string
	restarted bool
	// endpoint, request and path are of the request that is being made.
	endpoint string
	request  *requestRules
	// left is shared by all runs of the step.
	left *budget
}

// budget is what a step may still use. It is empty once it is below zero.
type budget struct {
	bytes int // of the action
	looks int // leaves and words that are compared with something
}

// maxLooks bounds what a step looks at: about a quarter of a second. An honest file takes a tenth of it for the longest answer.
const maxLooks = 20_000_000

func newBudget() *budget { return &budget{bytes: abi.MaxMessageBytes / 2, looks: maxLooks} }

// spend takes bytes of what an action may have, and says whether there were as many.
func (r *run) spend(n int) bool { return take(&r.left.bytes, n) }

// look takes looks, and says whether there were as many.
func (r *run) look(n int) bool { return take(&r.left.looks, n) }

func take(left *int, n int) bool {
	if *left -= n; *left < 0 {
		*left = -1
	}
	return *left >= 0
}

// text returns the text at a pointer of some leaves, and "" when nothing may be looked at any more.
func (r *run) text(in adapter.Leaves, pointer string) string {
	if !r.look(1 + len(in)) {
		return ""
	}
	return in.Text(pointer)
}

// has reports whether the answer has anything at or below a pointer.
func (r *run) has(pointer string) bool { return r.look(1+len(r.leaves)) && r.leaves.Has(pointer) }

// below returns the leaves of the answer below a pointer.
func (r *run) below(pointer string) adapter.Leaves { return r.within(r.leaves, pointer) }

func (r *run) within(in adapter.Leaves, pointer string) adapter.Leaves {
	if !r.look(1 + 16*len(in)) { // they are copied
		return nil
	}
	return in.Below(pointer)
}

// at returns the run with pointers that start at an item.
func (r *run) at(item adapter.Leaves) *run {
	inner := *r
	inner.leaves = item
	return &inner
}

// compiled is a text or a value that is ready to be made.
type compiled struct {
	// text makes it where it is a text; it is nil where only the host can say it.
	text func(*run) string
	// parts appends it where text is nil.
	parts func(*run, *abi.Value)
	// when says whether it is there at all; nil for always.
	when func(*run) bool
}

func (c *compiled) there(r *run) bool { return c.when == nil || c.when(r) }

// say returns the text, or "" if there is none.
func (c *compiled) say(r *run) string {
	if c == nil || c.text == nil || !r.look(1) || !c.there(r) {
		return ""
	}
	s := c.text(r)
	if !r.spend(len(s)) {
		return ""
	}
	return s
}

// put appends the value, if it is there. Texts that follow each other become one part.
func (c *compiled) put(r *run, v *abi.Value) {
	if !r.look(1) || !c.there(r) {
		return
	}
	if c.text == nil {
		c.parts(r, v)
		return
	}
	s := c.text(r)
	if s == "" || !r.spend(len(s)) {
		return
	}
	if n := len(v.Parts); n > 0 && v.Parts[n-1].Literal != nil {
		v.Parts[n-1].Literal = append(v.Parts[n-1].Literal, s...)
		return
	}
	appendPart(r, v, abi.Part{Literal: []byte(s)})
}

// partCost is about what a part without text takes in a message.
const partCost = 16

func appendPart(r *run, v *abi.Value, p abi.Part) {
	if r.spend(partCost) {
		v.Parts = append(v.Parts, p)
	}
}

// value makes the whole value.
func (c *compiled) value(r *run) *abi.Value {
	v := new(abi.Value)
	c.put(r, v)
	return v
}
