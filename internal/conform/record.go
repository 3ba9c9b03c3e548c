package conform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/egress"
)

// Recording is a real call that a golden exchange is made of.
type Recording struct {
	// Name of the exchange.
	Name string
	// Picture of a specimen, an invented card that says so, and the name of its file beside the exchange.
	Picture     []byte
	PictureName string
	Side        abi.Side
	Extras      []string
	// Config and Secrets are those of the real account. An endpoint is not recorded.
	Config  map[string]any
	Secrets map[string]string
	// Dummies stand for secrets in the recording; a secret without one gets a text that says its name.
	Dummies map[string]string
	// Headers of answers that are kept besides Content-Type and Retry-After.
	Headers []string
	// Now is the instant of the call, and Random what its nonces come from.
	Now    time.Time
	Random io.Reader
	Egress egress.Config
}

// Recorded is a golden exchange that holds nothing of the account, and nothing that was read.
type Recorded struct {
	// Text of the file.
	Text []byte
	// Outcome of the call: "recognized", or the kind of failure.
	Outcome string
	// Replaced are the places in answers where something else stands now, and why: "response.http /data/name (name)".
	Replaced []string
}

// The reasons not to record a call. What was seen of it is in no error text.
var (
	ErrNotRecorded = errors.New("the call is not recorded")
	// ErrLeak is a recording that would still hold a secret or something that was read.
	ErrLeak = errors.New("the recording would hold what it must not")
)

// Record makes a real call through the plugin in a file, and a golden exchange of it:
//
//   - Secrets have dummies in their place, and requests are those of the same call, offline and at the same instant, with the
//     dummies: so every signature is one of a dummy.
//   - Of an answer's headers few are kept. Tokens, which the host takes out of it before anybody sees them, have dummies too.
//   - Every text of the answer that makes up a field becomes that of a specimen, in the same form. Whether it does is found
//     by changing it and asking the plugin again. Other long texts and long numbers become meaningless ones.
//
// The result comes out of the same plugin offline as it is recorded, or there is an error: ErrLeak or ErrNotRecorded in its
// chain where that is the reason. Nothing is written to disk that outlives the call.
func Record(ctx context.Context, file string, r Recording, o Options) (out *Recorded, err error) {
	o.Exchanges, o.Update = "", false
	s, err := Open(ctx, file, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	r.Now = r.Now.UTC().Truncate(time.Millisecond)
	tap := new(tap)
	request := engine.Request{Provider: s.Plugin.Manifest.Name, Picture: engine.Bytes(r.Picture), Side: r.Side, Extras: r.Extras}
	account := engine.ProviderConfig{Config: r.Config, Secrets: map[string]engine.Secret{}}
	for name, text := range r.Secrets {
		account.Secrets[name] = engine.NewSecret(text)
	}
	_, steps, err := s.call(ctx, account, request, conditions{now: r.Now, random: r.Random, egress: r.Egress, edit: tap})
	if err != nil {
		return nil, err
	}
	live := &track{steps: steps}
	switch last := live.last(); {
	case tap.inside:
		return nil, fmt.Errorf("%w: the provider sends requests by the host function http_send, whose answers cannot be recorded", ErrNotRecorded)
	case len(tap.answers) == 0 || last == nil || last.Exchange != nil:
		return nil, fmt.Errorf("%w: the vendor did not answer to the end; see what plugin run and recognize say", ErrNotRecorded)
	}
	return s.record(ctx, r, live, tap.answers)
}

func (s *Subject) record(ctx context.Context, r Recording, live *track, answers []tapped) (*Recorded, error) {
	red := newRedaction(s, r, live)
	archive := &txtar.Archive{Comment: []byte("Recorded. Secrets, tokens and all that was read are stand-ins.\n")}
	dummies, err := r.dummies()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(call{Image: r.PictureName, Side: sideName(r.Side), Extras: r.Extras, Config: withoutEndpoint(r.Config), Secrets: dummies, Now: r.Now})
	if err != nil {
		return nil, err
	}
	archive.Files = append(archive.Files, txtar.File{Name: "call.json", Data: append(text, '\n')})
	for i, a := range answers {
		clean, err := red.answer(ctx, numbered("response", i+1), a)
		if err != nil {
			return nil, err
		}
		archive.Files = append(archive.Files, txtar.File{Name: numbered("response", i+1), Data: []byte(clean.String())})
	}
	g, remove, err := r.golden(archive)
	if err != nil {
		return nil, err
	}
	defer remove()
	played, err := s.play(ctx, g, nil)
	if err != nil {
		return nil, err
	}
	was, is := outcomeOf(live.last()), outcomeOf(played.last())
	if was != is || len(played.received) != len(answers) {
		return nil, fmt.Errorf("%w: offline, with stand-ins, the outcome is %s after %d requests, and was %s after %d", ErrNotRecorded, is, len(played.received), was, len(answers))
	}
	if err := g.update(played.got); err != nil {
		return nil, err
	}
	again, err := s.play(ctx, g, nil)
	if err != nil || !maps.Equal(again.got, played.got) {
		return nil, errors.Join(fmt.Errorf("%w: the same call offline does not come out alike twice", ErrNotRecorded), err)
	}
	out := &Recorded{Text: txtar.Format(g.archive), Outcome: is, Replaced: red.replaced}
	return out, red.search(string(out.Text))
}

// golden is the exchange in a folder of its own.
func (r Recording) golden(archive *txtar.Archive) (g *Golden, remove func(), err error) {
	dir, err := os.MkdirTemp("", "ocrmux-record-")
	if err != nil {
		return nil, nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	path := filepath.Join(dir, r.Name+".txtar")
	err = errors.Join(os.WriteFile(filepath.Join(dir, r.PictureName), r.Picture, 0o600), os.WriteFile(path, txtar.Format(archive), 0o600))
	if err == nil {
		g, err = readGolden(path)
	}
	if err != nil {
		remove()
	}
	return g, remove, err
}

// dummies are what stands for the secrets.
func (r Recording) dummies() (map[string]string, error) {
	out := map[string]string{}
	for name, text := range r.Secrets {
		out[name] = r.Dummies[name]
		if out[name] == "" && strings.Contains(text, "-----BEGIN") {
			return nil, fmt.Errorf("%w: the secret %s is a key, for which no text can stand: give a dummy key", ErrNotRecorded, name)
		}
		if out[name] == "" {
			out[name] = dummyOf(name)
		}
	}
	return out, nil
}

func dummyOf(secret string) string { return "dummy-" + secret }

func sideName(s abi.Side) string {
	if s == abi.SideUnspecified {
		return ""
	}
	return s.String()
}

// withoutEndpoint is a configuration as it is recorded: exchanges have an endpoint of their own.
func withoutEndpoint(config map[string]any) map[string]any {
	out := maps.Clone(config)
	delete(out, "endpoint")
	delete(out, "allow_plain_http")
	return out
}

func outcomeOf(a *abi.Action) string {
	switch {
	case a == nil || a.Exchange != nil:
		return "no outcome"
	case a.Done != nil:
		return "recognized"
	}
	return a.Fail.Kind.String()
}

// tap listens to the exchanges of a real call: it asks for whole answers, with secrets masked as for any guest, and keeps
// them from the plugin unless that wanted them, too.
type tap struct {
	answers []tapped
	asked   *abi.Exchange // the one that is not yet answered
	wanted  bool
	inside  bool // requests were sent from inside a step
}

// tapped is an answer that came, and the step that it was given to.
type tapped struct {
	response *abi.Response
	capture  []abi.Capture
	step     *abi.StepRequest
}

func (t *tap) after(out *abi.Action) *abi.Action {
	if out.Exchange == nil {
		return out
	}
	t.asked, t.wanted = out.Exchange, out.Exchange.WantBody
	open := *out.Exchange
	open.WantBody = true
	return &abi.Action{Exchange: &open}
}

func (t *tap) before(in *abi.StepRequest) *abi.StepRequest {
	if in.Response == nil || t.asked == nil {
		return in
	}
	own, given := *in, *in.Response
	own.Response = &given
	if !t.wanted {
		given.Body = nil
	}
	if !given.FromCache {
		t.answers = append(t.answers, tapped{response: in.Response, capture: slices.Clone(t.asked.Capture), step: &own})
	}
	return &own
}

func (t *tap) called(call *abi.HostCall, _ *abi.HostReply) {
	t.inside = t.inside || call.HTTPSend != nil
}
