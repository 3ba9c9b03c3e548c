package conform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/message"
)

// track is the record of a golden exchange that was played.
type track struct {
	golden   *golden
	steps    []step
	received []received
	got      map[string]string // the sections of this run
}

// last returns the plugin's last action, or nil if it failed.
func (t *track) last() *abi.Action {
	if len(t.steps) == 0 {
		return nil
	}
	return t.steps[len(t.steps)-1].action()
}

// received is a request that the played vendor got.
type received struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
}

// vendor plays a vendor.
type vendor struct {
	server *http.Server
	url    string
	answer func(n int) answer // returns the answer to the n-th request, counted from 1

	mu       sync.Mutex
	received []received
}

// newVendor starts a vendor on the loopback interface. Close it.
func newVendor(answer func(n int) answer) (*vendor, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	v := &vendor{url: "http://" + listener.Addr().String(), answer: answer}
	v.server = &http.Server{Handler: v, ReadHeaderTimeout: time.Minute}
	go func() { _ = v.server.Serve(listener) }() // until close
	return v, nil
}

func (v *vendor) close() { _ = v.server.Close() } // its connections are not needed any more

// ServeHTTP implements http.Handler.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	v.mu.Lock()
	v.received = append(v.received, received{r.Method, r.URL, r.Header, body})
	n := len(v.received)
	v.mu.Unlock()
	v.answer(n).writeTo(w)
}

// seen returns the requests so far.
func (v *vendor) seen() []received {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.received)
}

// answer returns the n-th answer of a golden file.
func (g *golden) answer(n int) answer {
	if a, ok := parseAnswer(g.section(numbered("response", n))); ok {
		return a
	}
	return answer{status: http.StatusTeapot, body: "the golden file has no such response"}
}

// play makes the call of a golden exchange. answers replaces the vendor's answers; nil means those of the file.
func (s *Subject) play(ctx context.Context, g *golden, answers func(n int) answer) (*track, error) {
	if answers == nil {
		answers = g.answer
	}
	v, err := newVendor(answers)
	if err != nil {
		return nil, err
	}
	defer v.close()
	request, err := g.request()
	if err != nil {
		return nil, err
	}
	account := g.provider(s.Plugin.Manifest.Name, v.url)
	result, steps, err := s.call(ctx, account, request, at(g.call.Now))
	if err != nil {
		return nil, err
	}
	t := &track{golden: g, steps: steps, received: v.seen(), got: map[string]string{"result.json": result}}
	for i, r := range t.received {
		t.got[numbered("request", i+1)] = g.show(r)
	}
	for _, f := range g.archive.Files {
		if strings.HasPrefix(f.Name, "request") && t.got[f.Name] == "" {
			t.got[f.Name] = "(was not sent)\n"
		}
	}
	return t, nil
}

// conditions are what a call depends on in addition to its arguments.
type conditions struct {
	now    time.Time
	random io.Reader
	egress egress.Config
	edit   stepEditor // may be nil
}

// at returns the conditions of a call at a time, with nonces that are the same in every run.
func at(now time.Time) conditions { return conditions{now: now, random: new(counter)} }

// call makes one call with the engine. result is the recognition or the failure as JSON, without the parts that differ from
// run to run.
func (s *Subject) call(ctx context.Context, account engine.ProviderConfig, r engine.Request, c conditions) (result string, steps []step, err error) {
	lent := &shared{Module: s.main.Module, kind: s.Plugin.Kind, edit: c.edit}
	e, err := engine.Open(ctx, engine.Config{
		Plugins:   filepath.Dir(s.Plugin.Path),
		Unlocked:  true, // the caller named this file
		Runtimes:  []engine.Runtime{lent},
		Providers: map[string]engine.ProviderConfig{r.Provider: account},
		Now:       func() time.Time { return c.now },
		Random:    c.random,
		Egress:    c.egress,
	})
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, e.Close(context.WithoutCancel(ctx))) }()
	recognition, err := e.Recognize(ctx, r)
	var out any = recognition
	if failure := (*engine.Error)(nil); errors.As(err, &failure) {
		stable(failure.Attempts)
		out = failure
	} else {
		stable(recognition.Attempts)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(out)
	return b.String(), lent.steps, err
}

// stable removes from attempts what differs from run to run, and the cost, which does not depend on the provider.
func stable(attempts []engine.Attempt) {
	for i := range attempts {
		a := &attempts[i]
		a.Started = time.Time{}
		a.Cost, a.Currency, a.Price = 0, "", message.Message{}
	}
}

// counter is a random source that is the same in every run.
type counter struct{ n byte }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}
