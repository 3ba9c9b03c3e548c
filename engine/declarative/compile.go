package declarative

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// Bounds of a file beyond those of its YAML.
const (
	// maxUnfolded bounds the texts and conditions of a file with all that has a name put in its place.
	maxUnfolded = 20_000
	// maxPointer bounds a JSON pointer in bytes.
	maxPointer = 512
)

// program is a provider file that is ready to be run. It does not change.
type program struct {
	endpoint string
	refuse   []refusalRule
	// steps are the exchanges, the request for a card last.
	steps []*step
	card  *cardRules
	// keepsStart says that a later step asks what the attempt began with.
	keepsStart bool
}

// compiler turns the types of a file into functions and collects what makes no sense.
type compiler struct {
	shapes   shapes
	doc      *document
	manifest *abi.Descriptor
	problems []yamltree.Problem
	unfolded int
	// Names that are used: those never used are mistakes.
	used map[*word]bool
	// signed are the values that an answer wants to show.
	signed map[string]bool
	// known are the pointers of the file, for what is beyond them.
	known []string
	// combines counts parameters that are made of all others.
	combines   int
	keepsStart bool
}

// scope is the place of a text or a condition.
type scope struct {
	// answer says that there is an answer to read, request that it is part of a request.
	answer, request bool
	// later says that it is evaluated after the first exchange.
	later bool
	// body is within the request's body, item within an item of a list.
	body, item bool
	// part is a field of a multipart body.
	part bool
	// message is a failure's own words, which may be logged.
	message bool
	// host allows values here that only the host knows. use is then the use of a secret.
	host bool
	use  string
	// values and conditions are how many of those with a name can be seen.
	values, conditions int
}

func (c *compiler) fail(p place, format string, args ...any) {
	if p.node == nil {
		c.problems = append(c.problems, yamltree.Problem{Text: fmt.Sprintf(format, args...)})
		return
	}
	c.problems = append(c.problems, p.node.Problem(format, args...))
}

// compile makes a program of a document that was decoded without problems.
func compile(doc *document, manifest *abi.Descriptor, shapes shapes) (*program, []yamltree.Problem) {
	c := &compiler{shapes: shapes, doc: doc, manifest: manifest, used: make(map[*word]bool), signed: make(map[string]bool)}
	c.checkManifest()
	p := &program{endpoint: c.endpoint()}
	everything := scope{values: len(doc.Values.items), conditions: len(doc.Conditions.items)}
	answers := everything
	answers.answer, answers.later = true, true
	// Fields first, as conditions may ask for any; answers before requests, which must know what they show.
	p.card = c.card(doc.Card, answers)
	if len(doc.Before) >= abi.MaxExchanges {
		c.fail(doc.Before[0].place, "has %d exchanges before the request, want at most %d", len(doc.Before), abi.MaxExchanges-1)
	}
	for i := range doc.Before {
		p.steps = append(p.steps, c.beforeStep(&doc.Before[i], answers, doc.Before[:i]))
	}
	main := &step{answer: c.answer(doc.Answer, answers, anyField, "field of a card")}
	p.steps = append(p.steps, main)
	for i := range doc.Before {
		c.exchange(p.steps[i], &doc.Before[i], c.requestScope(everything, i))
	}
	main.requests = c.requests(doc.Request, doc.place, c.requestScope(everything, len(doc.Before)))
	for i := range doc.Refuse {
		p.refuse = append(p.refuse, c.refusal(&doc.Refuse[i], everything))
	}
	p.card.extras = c.extras(doc.Card, answers)
	c.unused()
	p.keepsStart = c.keepsStart || len(doc.Before) > 0
	return p, c.problems
}

// checkManifest holds the manifest to what a file can do.
func (c *compiler) checkManifest() {
	at := func(key string) place { return place{c.doc.Manifest.node.At(key)} }
	if len(c.manifest.FrontDoors) > 0 {
		c.fail(at("front_doors"), "a declarative provider has no front doors, want a provider in a language for them")
	}
	if len(c.manifest.HostFunctions) > 0 {
		c.fail(at("host_functions"), "a declarative provider calls no host functions, want none listed")
	}
}

// endpoint returns the vendor's endpoint without a slash at its end, or "" if the configuration must give it.
func (c *compiler) endpoint() string {
	w := c.doc.Endpoint
	if w == nil {
		switch {
		case len(c.manifest.Hosts) == 1:
			return c.manifest.Hosts[0]
		case len(c.manifest.Hosts) > 1:
			c.fail(c.doc.place, "lacks \"endpoint\": the manifest has several hosts, want the one that requests go to")
		}
		return ""
	}
	u, err := url.Parse(w.s)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		c.fail(w.place, "%s is no endpoint, want scheme, host and optional path, such as https://api.example.com", shown(w.node))
		return ""
	}
	if origin := u.Scheme + "://" + u.Host; !slices.Contains(c.manifest.Hosts, origin) {
		c.fail(w.place, "the manifest's hosts do not have %q, want it listed there", origin)
	}
	return strings.TrimRight(w.s, "/")
}

// requestScope returns the scope of the request of a step.
func (c *compiler) requestScope(s scope, index int) scope {
	s.request = true
	if index > 0 {
		s.answer, s.later = true, true
	}
	return s
}

// unused reports what has a name that nothing says.
func (c *compiler) unused() {
	for _, name := range c.doc.Conditions.items {
		if !c.used[name.name] {
			c.fail(name.name.place, "no condition asks for %q, want it used or removed", name.name.s)
		}
	}
	for _, name := range c.doc.Values.items {
		if !c.used[name.name] {
			c.fail(name.name.place, "nothing uses the value %q, want it used or removed", name.name.s)
		}
	}
}

// unfold counts what is compiled, and is false when it is too much.
func (c *compiler) unfold(p place) bool {
	c.unfolded++
	if c.unfolded == maxUnfolded+1 {
		c.fail(p, "the file unfolds into more than %d texts and conditions, all names put in their place", maxUnfolded)
	}
	return c.unfolded <= maxUnfolded
}

// oneOf checks a word against those that are known.
func (c *compiler) oneOf(w *word, known ...string) bool {
	if slices.Contains(known, w.s) {
		return true
	}
	c.fail(w.place, "%s is not known here, %s", shown(w.node), among(w.s, known))
	return false
}

// pointer checks a JSON pointer and returns it.
func (c *compiler) pointer(w *word) string {
	if reason := wrongPointer(w.s); reason != "" {
		c.fail(w.place, "%s is no JSON pointer: %s", shown(w.node), reason)
	}
	return w.s
}

// wrongPointer returns what is wrong with a pointer to something within an answer, or "".
func wrongPointer(s string) string {
	if len(s) > maxPointer {
		return fmt.Sprintf("want at most %d bytes", maxPointer)
	}
	if s == "" {
		return jsonpointer.ErrNoSlash.Error()
	}
	if err := jsonpointer.Validate(s); err != nil {
		return err.Error()
	}
	return ""
}

// exactlyOne returns the only key of some role. If there is none or several, it records a problem and returns "".
func (c *compiler) exactlyOne(p place, v any, roles ...string) string {
	var set, known []string
	shape := c.shapes.of(reflect.TypeOf(v).Elem())
	for _, role := range roles {
		set = append(set, c.shapes.chosen(v, role)...)
		known = append(known, shape.ofRole(role)...)
	}
	switch len(set) {
	case 1:
		return set[0]
	case 0:
		c.fail(p, "says not what it is, want one of %s", strings.Join(known, ", "))
	default:
		c.fail(p, "has %s, want only one of them", strings.Join(set, " and "))
	}
	return ""
}
