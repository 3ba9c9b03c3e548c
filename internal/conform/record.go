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

// Recording is a real call to make a golden exchange from.
type Recording struct {
	// Name is the name of the exchange.
	Name string
	// Picture shows a specimen: an invented card that says so. PictureName is its file beside the exchange.
	Picture     []byte
	PictureName string
	Side        abi.Side
	Extras      []string
	// Config and Secrets are those of the real account. The endpoint is not recorded.
	Config  map[string]any
	Secrets map[string]string
	// Dummies replace secrets in the recording. A secret without one becomes "dummy-" and its name.
	Dummies map[string]string
	// Headers are the headers of answers to keep, in addition to Content-Type and Retry-After.
	Headers []string
	// Now is the time of the call. Random is the source of its nonces.
	Now    time.Time
	Random io.Reader
	Egress egress.Config
}

// Recorded is a golden exchange without data of the account and of the card.
type Recorded struct {
	// Text is the content of the file.
	Text []byte
	// Outcome is "recognized" or the kind of failure.
	Outcome string
	// Replaced lists the places in answers that were replaced, and why: "response.http /data/name (name)".
	Replaced []string
}

// Errors of [Record]. Their texts contain no data of the call.
var (
	ErrNotRecorded = errors.New("the call is not recorded")
	// ErrLeak means that the recording would contain a secret or a field of the card.
	ErrLeak = errors.New("the recording would contain a secret or a field of the card")
)

// Record makes a real call with the plugin in a file and returns a golden exchange of it:
//
//   - Dummies replace the secrets. Requests are those of the same call, made offline at the same time with the dummies, so
//     every signature is made with a dummy.
//   - Few headers of answers are kept. Dummies replace captured tokens, too.
//   - Every text of an answer that becomes a field is replaced by that of a specimen, in the same form. To find these
//     texts, Record changes each one and runs the step again. Other long texts and numbers are scrambled.
//
// Record plays the result offline, and returns an error if it does not come out as it was recorded. Its errors wrap
// [ErrLeak] or [ErrNotRecorded]. It leaves nothing on the disk.
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
		return nil, fmt.Errorf("%w: the vendor did not answer every request; try plugin run and recognize", ErrNotRecorded)
	}
	return s.record(ctx, r, live, tap.answers)
}

func (s *Subject) record(ctx context.Context, r Recording, live *track, answers []tapped) (*Recorded, error) {
	red := newRedaction(s, r, live)
	archive := &txtar.Archive{Comment: []byte("Recorded. Secrets, tokens and fields of the card are replaced.\n")}
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
		return nil, fmt.Errorf("%w: offline with dummies, the outcome is %s after %d requests, but it was %s after %d", ErrNotRecorded, is, len(played.received), was, len(answers))
	}
	if err := g.update(played.got); err != nil {
		return nil, err
	}
	again, err := s.play(ctx, g, nil)
	if err != nil || !maps.Equal(again.got, played.got) {
		return nil, errors.Join(fmt.Errorf("%w: the same call offline gives another result the second time", ErrNotRecorded), err)
	}
	out := &Recorded{Text: txtar.Format(g.archive), Outcome: is, Replaced: red.replaced}
	return out, red.search(string(out.Text))
}

// golden returns the exchange in a temporary folder.
func (r Recording) golden(archive *txtar.Archive) (g *golden, remove func(), err error) {
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

// dummies returns the replacements of the secrets.
func (r Recording) dummies() (map[string]string, error) {
	out := map[string]string{}
	for name, text := range r.Secrets {
		out[name] = r.Dummies[name]
		if out[name] == "" && strings.Contains(text, "-----BEGIN") {
			return nil, fmt.Errorf("%w: the secret %s is a private key: give a dummy key", ErrNotRecorded, name)
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

// withoutEndpoint returns the configuration to record. An exchange sets its own endpoint.
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

// tap records the exchanges of a real call. It asks for whole bodies, in which the host has masked secrets, and removes
// them from the answer if the plugin did not ask for them.
type tap struct {
	answers []tapped
	asked   *abi.Exchange // the exchange that is not answered yet
	wanted  bool
	inside  bool // a step sent requests with http_send
}

// tapped is an answer and the step that got it.
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
