package declarative

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// requestRules make one HTTP request.
type requestRules struct {
	when                            func(*run) bool // nil: always
	method, path                    string
	query, headers, form, multipart []parameter
	body                            func(*run) *abi.Body // nil: none
	timeoutMs                       uint32
}

// parameter is a header, a parameter of the query or a field of the body.
type parameter struct {
	name                  string
	value                 *compiled
	filename, contentType *compiled
	// combines says that it is made of all others.
	combines bool
}

// requests compiles a request and its alternatives.
func (c *compiler) requests(list []request, p place, s scope) []*requestRules {
	if len(list) == 0 {
		c.fail(p, "lacks \"request\"")
	}
	var out []*requestRules
	for i := range list {
		q := &list[i]
		switch last := i == len(list)-1; {
		case last && q.When != nil:
			c.fail(q.When.place, "nothing is sent where this does not hold, want the last request without when")
		case !last && q.When == nil:
			c.fail(q.place, "has no when, so none of those after it is ever sent")
		}
		out = append(out, c.request(q, s))
	}
	return out
}

var (
	methodToken = regexp.MustCompile(`^[A-Z]+$`)
	headerToken = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
)

func (c *compiler) request(q *request, s scope) *requestRules {
	out := &requestRules{when: c.when(q.When, s), path: q.Path.text()}
	if q.Path != nil && (!strings.HasPrefix(out.path, "/") || strings.ContainsAny(out.path, "?# ")) {
		c.fail(q.Path.place, "%s is no path, want one that begins with /, without ? and #", shown(q.Path.node))
	}
	if q.TimeoutMs != nil {
		out.timeoutMs = *q.TimeoutMs
	}
	s.host, s.use = true, usePlain
	out.query = c.list(&q.Query, s)
	out.headers = c.list(&q.Headers, s)
	for _, h := range q.Headers.items {
		if !headerToken.MatchString(h.name.s) {
			c.fail(h.name.place, "%s is no name of a header", shown(h.name.node))
		}
	}
	c.body(q, out, s)
	c.method(q, out)
	combined := 0
	for _, list := range out.parameters() {
		for _, p := range list {
			if p.combines {
				combined++
			}
		}
	}
	if combined > 1 {
		c.fail(q.place, "%d parameters are made of all others, want one", combined)
	}
	return out
}

// parameters returns the parameters of query and body.
func (q *requestRules) parameters() [][]parameter {
	return [][]parameter{q.query, q.form, q.multipart}
}

func (c *compiler) method(q *request, out *requestRules) {
	switch hasBody := out.body != nil; {
	case q.Method != nil:
		if out.method = q.Method.s; !methodToken.MatchString(out.method) {
			c.fail(q.Method.place, "%s is no method, want one such as POST", shown(q.Method.node))
		}
	case hasBody:
		out.method = "POST"
	default:
		out.method = "GET"
	}
}

// list compiles named values.
func (c *compiler) list(m *named[text], s scope) []parameter {
	out := make([]parameter, len(m.items))
	for i := range m.items {
		t := &m.items[i].value
		before := c.combines
		p := parameter{name: m.items[i].name.s, value: c.text(t, s)}
		p.combines = c.combines > before
		if s.part && t.expr != nil {
			p.filename, p.contentType = c.partText(t.expr.Filename, s), c.partText(t.expr.ContentType, s)
		}
		out[i] = p
	}
	return out
}

func (c *compiler) partText(t *text, s scope) *compiled {
	if t == nil {
		return nil
	}
	s.part = false
	return c.textOnly(t, s)
}

// make makes the request of a step.
func (q *requestRules) make(r *run) *abi.HTTPRequest {
	r.request = q
	out := &abi.HTTPRequest{
		Method: q.method, URL: r.endpoint + q.path, TimeoutMs: q.timeoutMs,
		Query: values(q.query, r), Headers: values(q.headers, r),
	}
	if q.body != nil {
		out.Body = q.body(r)
	}
	return out
}

// values returns the parameters that have a value.
func values(list []parameter, r *run) []abi.NamedValue {
	var out []abi.NamedValue
	for _, p := range list {
		if p.value.there(r) && r.spend(len(p.name)+partCost) {
			out = append(out, abi.NamedValue{Name: p.name, Value: p.value.value(r)})
		}
	}
	return out
}

// others returns all parameters except the one that is computed from them.
func (q *requestRules) others(r *run, sorted bool) []abi.NamedValue {
	var out []abi.NamedValue
	for _, list := range q.parameters() {
		list = slices.DeleteFunc(slices.Clone(list), func(p parameter) bool { return p.combines })
		out = append(out, values(list, r)...)
	}
	if sorted {
		slices.SortStableFunc(out, func(a, b abi.NamedValue) int { return strings.Compare(a.Name, b.Name) })
	}
	return out
}
