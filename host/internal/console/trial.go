package console

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/money"
)

// trials keeps the last trial of each provider, so that its page can show it again. It holds no data of a card, not even of the
// specimen.
type trials struct {
	mu       sync.Mutex
	checks   map[string]*examined
	readings map[string]*specimenReading
}

// examined is an examination without a call.
type examined struct {
	at     time.Time
	report doctor.Report
}

// specimenReading is the result of reading a specimen.
type specimenReading struct {
	at      time.Time
	took    time.Duration
	fields  int
	attempt engine.Attempt
	failure *engine.Failure // nil when it was read
}

func newTrials() *trials {
	return &trials{checks: make(map[string]*examined), readings: make(map[string]*specimenReading)}
}

// checkProvider examines a provider without a call.
func (c *Console) checkProvider(r *http.Request, _ *visitor, p *service.Provider) (string, error) {
	if c.cfg.Examine == nil {
		return "", service.ErrNoProvider
	}
	report, err := c.cfg.Examine(r.Context(), p.Name)
	if err != nil {
		return "", err
	}
	c.trials.mu.Lock()
	defer c.trials.mu.Unlock()
	c.trials.checks[p.Name] = &examined{c.cfg.Now(), report}
	return "checked", nil
}

// readSpecimen calls a provider with the specimen. The call costs what every call costs.
func (c *Console) readSpecimen(r *http.Request, v *visitor, p *service.Provider) (string, error) {
	picture, err := unlike(specimen(), c.cfg.Random)
	if err != nil {
		return "", err
	}
	req := engine.Request{Picture: engine.Given(picture), Provider: p.Name, Document: idcard.Document, Side: abi.SideFront}
	if err := c.cfg.Service.ResolveRoute(v.Tenant, &req); err != nil {
		return "", err
	}
	x := &specimenReading{at: c.cfg.Now()}
	recognition, err := c.cfg.Service.Engine.Recognize(r.Context(), req)
	x.took = c.cfg.Now().Sub(x.at)
	var failed *engine.Error
	var attempts []engine.Attempt
	switch {
	case err == nil:
		x.fields, attempts = len(recognition.Fields), recognition.Attempts
	case errors.As(err, &failed):
		x.failure, attempts = &failed.Failure, failed.Attempts
	default:
		return "", err
	}
	if len(attempts) > 0 {
		x.attempt = attempts[len(attempts)-1]
	}
	c.trials.mu.Lock()
	defer c.trials.mu.Unlock()
	c.trials.readings[p.Name] = x
	return "read", nil
}

// unlike returns the JPEG with a random comment, so that neither a cached result nor an equal running call answers in the
// provider's place.
func unlike(jpeg []byte, random io.Reader) ([]byte, error) {
	mark := make([]byte, 8)
	if _, err := io.ReadFull(random, mark); err != nil {
		return nil, fmt.Errorf("no randomness: %w", err)
	}
	text := hex.AppendEncode(nil, mark)
	start := []byte{0xff, 0xd8}
	comment := append([]byte{0xff, 0xfe, 0, byte(len(text) + 2)}, text...)
	return slices.Concat(start, comment, bytes.TrimPrefix(jpeg, start)), nil
}

// readsSpecimen reports whether a provider reads what the specimen is.
func readsSpecimen(p *service.Provider) bool {
	return slices.ContainsFunc(p.Documents, func(d engine.DocumentInfo) bool {
		return d.Document == idcard.Document && (len(d.Sides) == 0 || slices.Contains(d.Sides, abi.SideFront))
	})
}

// checkedView is a check in the words of a page.
type checkedView struct {
	At       string
	State    tag
	Findings []findingView
}

// findingView is one finding.
type findingView struct {
	State          tag
	Check, Subject string
	Detail, Help   said
}

// specimenView is the result of a specimen in the words of a page.
type specimenView struct {
	At, Took, Fields, Cost string
	Outcome, Billed        tag
	// Kind of the failure, and what the vendor said, verbatim; empty if the card was read.
	Kind, VendorCode, VendorMessage, RequestID string
	Message                                    said
}

// views returns the last trials of a provider.
func (t *trials) views(c *Console, v *visitor, name string) (*checkedView, *specimenView) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var checked *checkedView
	if x := t.checks[name]; x != nil {
		checked = &checkedView{At: c.clock(x.at), State: findingTag(v, x.report.State)}
		for _, f := range x.report.Findings {
			checked.Findings = append(checked.Findings, findingView{findingTag(v, f.State), v.named("provider.check", f.Check), f.Subject, v.say(f.Detail), v.say(f.Help)})
		}
	}
	var read *specimenView
	if x := t.readings[name]; x != nil {
		read = c.viewSpecimen(v, x)
	}
	return checked, read
}

func (c *Console) viewSpecimen(v *visitor, x *specimenReading) *specimenView {
	out := &specimenView{
		At: c.clock(x.at), Took: v.duration(x.took), Outcome: tag{"good", v.T("outcome.recognized")}, Fields: number(int64(x.fields)),
		Cost: coins(cmp.Or(money.Currency(x.attempt.Currency), c.cfg.Service.Engine.Currency()), x.attempt.Cost), RequestID: x.attempt.VendorRequestID,
		Billed: tag{"", v.named("billed", x.attempt.Billed.String())},
	}
	if f := x.failure; f != nil {
		out.Outcome, out.Fields = tag{"bad", v.T("outcome.failed")}, ""
		out.Kind, out.Message, out.VendorCode, out.VendorMessage = v.named("failure", f.Kind.String()), v.say(f.Message), f.VendorCode, f.VendorMessage
	}
	return out
}

func findingTag(v *visitor, s doctor.State) tag {
	tone := map[doctor.State]string{doctor.Good: "good", doctor.Warn: "warn", doctor.Bad: "bad"}[s]
	return tag{tone, v.named("provider.finding", string(s))}
}
