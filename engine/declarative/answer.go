package declarative

import (
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// answerRules tell what an answer means.
type answerRules struct {
	unpack    []string
	requestID *compiled
	success   func(*run) bool
	// lacks is what an answer lacks that is neither a success nor in any table.
	lacks             string
	gateway, failures []tableRule
	// empty is the failure of a success without a field.
	empty tableRule
}

// tableRule is a table of failures.
type tableRule struct {
	when                     func(*run) bool // nil: always
	code, message, requestID *compiled
	billed                   *compiled
	lacks                    string // what an answer without a code lacks
	noRetryAfter, abridge    bool
	codes                    map[string]*failureRule
	words                    []wordsRule
	otherwise                *failureRule // nil: as is usual
	signals                  []signalRule
}

type wordsRule struct {
	fits func(*run, string) bool
	when func(*run) bool // nil: always
	fail *failureRule
}

// answer compiles the rules of an answer. success decides unless the file says what a success is. lacks describes what is
// missing from an answer that no rule of the file knows.
func (c *compiler) answer(a *answer, s scope, success func(*run) bool, lacks string) *answerRules {
	out := &answerRules{success: success, lacks: lacks}
	out.empty = c.empty(a, s)
	if a == nil {
		return out
	}
	for i := range a.Unpack {
		out.unpack = append(out.unpack, c.pointer(&a.Unpack[i]))
	}
	out.requestID = c.source(a.RequestID, s)
	if a.Success != nil {
		out.success = c.condition(a.Success, s)
	}
	out.gateway = c.tables(a.Gateway, s)
	out.failures = c.tables(a.Failures, s)
	for i := range a.Failures {
		if t := &a.Failures[i]; i < len(a.Failures)-1 && t.When == nil && (t.Otherwise == nil || t.Otherwise.kind.text() != pass) {
			c.fail(t.place, "has neither when nor \"otherwise: pass\", so none of the tables after it is ever asked")
		}
	}
	return out
}

// empty compiles the failure of a success without a field.
func (c *compiler) empty(a *answer, s scope) tableRule {
	f := usual()[abi.FailureKindNoDocument.String()]
	f.Message = "the answer has no field of a card"
	if a == nil || a.Empty == nil {
		return tableRule{otherwise: &failureRule{fail: f, again: -1}, billed: c.billed(c.doc.Card.Billed, s)}
	}
	out := c.table(a.Empty, s)
	if out.otherwise == nil {
		out.otherwise = &failureRule{fail: f, again: -1}
	}
	if out.otherwise.pass {
		c.fail(a.Empty.Otherwise.place, "there is no table after this one, want a failure")
	}
	if a.Empty.When != nil {
		c.fail(a.Empty.When.place, "empty is asked for every success without a field, want it without when")
	}
	if a.Empty.Billed == nil {
		out.billed = c.billed(c.doc.Card.Billed, s)
	}
	return out
}

func (c *compiler) tables(list []table, s scope) []tableRule {
	out := make([]tableRule, len(list))
	for i := range list {
		out[i] = c.table(&list[i], s)
	}
	return out
}

func (c *compiler) table(t *table, s scope) tableRule {
	out := tableRule{
		when: c.when(t.When, s), code: c.source(t.VendorCode, s), message: c.source(t.VendorMessage, s),
		requestID: c.source(t.RequestID, s), billed: c.billed(t.Billed, s), lacks: lacking(t.VendorCode),
		noRetryAfter: t.RetryAfter != nil && !*t.RetryAfter, abridge: t.Abridge,
		codes: make(map[string]*failureRule, len(t.Codes.items)), otherwise: c.failure(t.Otherwise, s),
		signals: c.signals(&t.Signals, s, signalNames()),
	}
	for i := range t.Codes.items {
		row := &t.Codes.items[i]
		out.codes[row.name.s] = c.failure(&row.value, s)
	}
	if len(out.codes) > 0 && t.VendorCode == nil {
		c.fail(t.place, "has codes, but lacks \"vendor_code\": where they stand")
	}
	for i := range t.Words {
		out.words = append(out.words, c.wordsRule(&t.Words[i], s))
	}
	speaks := func(w wordRule) bool { return w.Contains != nil || w.Mentions != nil }
	if t.VendorMessage == nil && slices.ContainsFunc(t.Words, speaks) {
		c.fail(t.place, "has words, but lacks \"vendor_message\": where they stand")
	}
	return out
}

func (c *compiler) wordsRule(w *wordRule, s scope) wordsRule {
	out := wordsRule{when: c.when(w.When, s), fail: c.failureBody(&w.failureBody, s)}
	switch contains, mentions := len(w.Contains) > 0, len(w.Mentions) > 0; {
	case contains && mentions:
		c.fail(w.place, "has contains and mentions, want only one of them")
	case contains:
		out.fits = containing(w.Contains)
	case mentions:
		out.fits = mentioning(w.Mentions)
	case out.when == nil:
		c.fail(w.place, "lacks contains, mentions or when, so no failure after it is ever found")
	default:
		out.fits = func(*run, string) bool { return true }
	}
	return out
}

// lacking returns the first pointer of a source that found nothing in the answer, to name what the answer lacks.
func lacking(s *source) string {
	for s != nil {
		switch {
		case s.literal != nil:
			return strings.TrimPrefix(s.literal.s, "/")
		case s.expr != nil && s.expr.Pointer != nil:
			return strings.TrimPrefix(s.expr.Pointer.s, "/")
		case len(s.items) == 0:
			return "code"
		}
		s = &source{s.items[0]}
	}
	return "code"
}

// view returns the answer, in which texts that are JSON themselves are replaced by what they contain. Others stay as they are.
func (a *answerRules) view(r *run) adapter.Leaves {
	leaves := r.leaves
	for _, p := range a.unpack {
		if !r.look(1 + 8*len(leaves)) { // they are searched, copied and read anew
			return leaves
		}
		at := slices.IndexFunc(leaves, func(l abi.Leaf) bool { return l.Path == p && l.Type == abi.LeafTypeString })
		if at < 0 || leaves[at].Value == "" {
			continue
		}
		inner, err := leaf.Flatten("application/json", []byte(leaves[at].Value), leaf.Options{})
		if err != nil || inner.Format != abi.BodyFormatJSON {
			continue
		}
		out := slices.Clone(leaves[:at])
		for _, l := range inner.Leaves {
			l.Path = p + l.Path
			out = append(out, l)
		}
		leaves = append(out, leaves[at+1:]...)
	}
	return leaves
}

// failed returns the failure of an answer, and the step to begin again with or -1. It returns nil for a success.
func (a *answerRules) failed(r *run) (*abi.Fail, int) {
	for i := range a.gateway {
		if f, again := a.gateway[i].look(r, a); f != nil {
			return f, again
		}
	}
	if a.success(r) {
		return nil, -1
	}
	for i := range a.failures {
		if f, again := a.failures[i].look(r, a); f != nil {
			return f, again
		}
	}
	f := adapter.NoAnswer(r.response, a.lacks)
	f.VendorRequestID = a.requestID.say(r)
	return &f, -1
}

// look returns the failure by this table, or nil if the next table decides.
func (t *tableRule) look(r *run, a *answerRules) (*abi.Fail, int) {
	if t.when != nil && !t.when(r) {
		return nil, -1
	}
	code, message := t.code.say(r), t.message.say(r)
	rule := t.find(r, code, message)
	if rule.pass {
		return nil, -1
	}
	f := rule.make(r)
	f.VendorCode, f.VendorMessage = code, message
	if t.abridge {
		f.VendorMessage = adapter.Abridge(message)
	}
	f.Billed = billedBy(t.billed.say(r), f.Billed)
	f.VendorRequestID = a.requestID.say(r)
	if t.requestID != nil {
		f.VendorRequestID = t.requestID.say(r)
	}
	if f.RetryAfterMs = adapter.RetryAfterMillis(r.response); t.noRetryAfter {
		f.RetryAfterMs = 0
	}
	f.Signals = signalsOf(t.signals, r)
	return &f, rule.again
}

// find returns the row for a code and words.
func (t *tableRule) find(r *run, code, message string) *failureRule {
	for _, w := range t.words {
		if w.fits(r, message) && (w.when == nil || w.when(r)) {
			return w.fail
		}
	}
	if rule := t.codes[code]; rule != nil {
		return rule
	}
	switch {
	case t.otherwise != nil:
		return t.otherwise
	case code == "":
		return &failureRule{lacks: t.lacks, again: -1}
	}
	return &failureRule{fail: adapter.Unlisted(), again: -1}
}
