package console

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
)

// portraitExtra asks for the holder's photograph.
const portraitExtra = "portrait"

// result is the result of a call in the words of a page: a card, or why there is none.
type result struct {
	// Tone is good, warn or bad.
	Tone, Headline, Summary string
	// Advice is for the person who takes the picture.
	Advice []advice
	// Fields are empty if no card was read.
	Fields  []readField
	Figure  *figure
	Signals *signalView
	Checks  []ruleView
	// Vendor has what vendors said besides the fields.
	Vendor []saying
	// Trouble says why no card was read; nil if one was.
	Trouble  *trouble
	Attempts *timeline
	// JSON is the API's answer.
	JSON string
}

// advice names a problem and says what to do about it.
type advice struct{ What, Do string }

// saying is a name and a text.
type saying struct{ Name, Says string }

// trouble says why no card was read.
type trouble struct {
	Detail                 said
	VendorCode, VendorSays string
	// Facts say whether money was spent, who has to act, and when to try again.
	Facts []saying
}

// teller tells results in one language.
type teller struct {
	*speaker
	other *words // of the other language, for the names that the card itself has
	now   func() time.Time
}

func (c *Console) teller(v *visitor) *teller {
	t := &teller{speaker: v.speaker, other: v.words, now: c.cfg.Now}
	for _, w := range c.pages.words {
		if w != v.words {
			t.other = w
		}
	}
	return t
}

// word returns the page's word for a name of the contract.
func (t *teller) word(of, name string) string { return t.named("read."+of, name) }

// recognized returns the result of a call that read a card.
func (t *teller) recognized(r *engine.Recognition, took time.Duration) *result {
	out := &result{Tone: "good", Headline: t.T("read.done"), Fields: t.fields(r), Signals: t.signals(r.Signals), Checks: t.checks(r.Checks), Attempts: t.timeline(r.Attempts)}
	out.Advice = t.adviceOn(r.Signals)
	doubtful := slices.ContainsFunc(out.Fields, func(f readField) bool { return len(f.Flags) > 0 })
	failing := slices.ContainsFunc(out.Checks, func(c ruleView) bool { return c.State == idcard.Fail.String() })
	if len(out.Advice) > 0 || doubtful || failing {
		out.Tone, out.Headline = "warn", t.T("read.done.check")
	}
	var parts []string
	if r.Side != 0 {
		parts = append(parts, t.word("side", r.Side.String()))
	}
	parts = append(parts, t.T("read.by", strings.Join(suppliers(r), t.T("read.and"))), t.duration(took), out.Attempts.Cost)
	out.Summary = strings.Join(parts, " · ")
	for _, name := range slices.Sorted(maps.Keys(r.VendorChecks)) {
		c := r.VendorChecks[name]
		out.Vendor = append(out.Vendor, saying{t.word("check", name), strings.TrimSpace(t.word("state", c.State.String()) + " " + c.VendorCode)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Extras)) {
		out.Vendor = append(out.Vendor, saying{name, r.Extras[name]})
	}
	out.JSON = indented(r)
	return out
}

// suppliers returns the providers that read the fields.
func suppliers(r *engine.Recognition) []string {
	var out []string
	for _, f := range r.Fields {
		if !slices.Contains(out, f.Provider) {
			out = append(out, f.Provider)
		}
	}
	slices.Sort(out)
	return out
}

// failed returns the result of a call that read no card.
func (t *teller) failed(e *engine.Error, took time.Duration) *result {
	f := &e.Failure
	out := &result{Tone: "bad", Headline: headline(t.named("failure", f.Kind.String())), Attempts: t.timeline(e.Attempts), JSON: indented(e)}
	out.Advice = t.adviceOn(f.Signals)
	var picture *imaging.Error
	switch {
	case errors.As(e, &picture) && t.Has("read.picture."+string(picture.Kind)):
		out.Advice = append(out.Advice, advice{Do: t.T("read.picture." + string(picture.Kind))})
	case len(out.Advice) == 0 && t.Has("failure."+f.Kind.String()+".advice"):
		out.Advice = append(out.Advice, advice{Do: t.T("failure." + f.Kind.String() + ".advice")})
	}
	out.Trouble = new(trouble)
	if len(e.Attempts) == 0 { // otherwise each attempt says why
		out.Trouble.Detail = t.say(f.Message)
	}
	facts := &out.Trouble.Facts
	if f.Fault != abi.FaultUnspecified {
		*facts = append(*facts, saying{t.T("read.turn"), t.word("fault", f.Fault.String())})
	}
	*facts = append(*facts, saying{t.T("read.spent"), out.Attempts.Cost})
	if f.RetryAfter > 0 {
		again := t.instant(t.now().Add(f.RetryAfter).Round(time.Second))
		if f.RetryAfter < time.Hour { // nobody waits for longer before a page
			again = t.T("read.after", t.duration(f.RetryAfter), again)
		}
		*facts = append(*facts, saying{t.T("read.again"), again})
	}
	if len(e.Attempts) > 0 {
		out.Summary = t.duration(took)
	}
	return out
}

// headline returns words with a capital at the beginning.
func headline(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

// trouble returns the result of a request for which no provider was called.
func (t *teller) trouble(title, do string, err error) *result {
	out := &result{Tone: "bad", Headline: headline(t.T(title)), Advice: []advice{{Do: t.T(do)}}, Trouble: &trouble{}}
	if err != nil {
		out.Trouble.Detail = t.say(message.Error(err))
	}
	return out
}

// untaken returns the result of a form that failed with an *intake.Error.
func (t *teller) untaken(err error, limit int64) (status int, told *result) {
	var wrong *intake.Error
	switch {
	case !errors.As(err, &wrong): // not reached
		return http.StatusInternalServerError, t.trouble("failure.internal", "failure.internal.advice", nil)
	case wrong.Status == http.StatusRequestEntityTooLarge:
		told = t.trouble("read.too-large", "read.picture.too_large", nil)
		told.Advice = []advice{{Do: t.T("read.too-large.advice", bytesText(limit))}}
		return wrong.Status, told
	}
	return wrong.Status, t.trouble("read.no-picture", "read.no-picture.advice", wrong)
}
