package sdktest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/leaf"
	"github.com/ocrmux/ocrmux/engine/value"
	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/build"
)

// Visit is a request at a provider's front door, which the provider has read in this program.
type Visit struct {
	*sdk.Accepted
	Inbound  *abi.InboundRequest
	provider sdk.Provider
	context  *abi.Context
	blobs    [][]byte // by handle; 0 is the whole body
}

// The longest text that a front door is shown, and the nonce of every visit.
const (
	maxInbound = 1024
	doorNonce  = "0102030405060708090a0b0c0d0e0f10"
)

// CallID is the id of every call in this package that a front door replies to.
const CallID = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"

// Knock shows a request to a provider's front door at an instant, the way the engine does.
func Knock(t testing.TB, p sdk.Provider, now time.Time, config map[string]any, r *http.Request) *Visit {
	t.Helper()
	v, err := knock(p, now, config, r)
	if err != nil {
		t.Fatal(err)
	}
	if (v.Admit == nil) == (v.Answer == nil) {
		t.Fatal("the provider should either admit or answer a request")
	}
	return v
}

// knock fails for requests that the engine does not show to a provider.
func knock(p sdk.Provider, now time.Time, config map[string]any, r *http.Request) (*Visit, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	v := &Visit{provider: p, blobs: [][]byte{body}, context: &abi.Context{
		NowUnixMs: now.UnixMilli(), Nonce: doorNonce, Config: leaf.FromMap(config),
	}}
	options := leaf.Options{Inbound: true, MaxInline: maxInbound, FirstHandle: uint32(len(v.blobs))}
	query, err := leaf.FlattenQuery(strings.ReplaceAll(r.URL.RawQuery, "+", "%2B"), options)
	if err != nil {
		return nil, err
	}
	v.blobs = append(v.blobs, query.Blobs...)
	options.FirstHandle = uint32(len(v.blobs))
	form, err := leaf.Flatten(r.Header.Get("Content-Type"), body, options)
	if err != nil {
		return nil, err
	}
	v.blobs = append(v.blobs, form.Blobs...)
	v.Inbound = &abi.InboundRequest{
		Method: r.Method, Path: r.URL.Path, Query: query.Leaves, Format: form.Format, Leaves: form.Leaves, BodySize: uint64(len(body)),
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, text := range r.Header[name] {
			v.Inbound.Headers = append(v.Inbound.Headers, abi.Header{Name: strings.ToLower(name), Value: text})
		}
	}
	v.Accepted = sdk.Accept(p, &abi.AcceptRequest{Context: v.context, Request: v.Inbound}, nil)
	return v, nil
}

// Refusal is the failure with which the engine would turn a client with these secrets away; nil when it is let in. The
// secrets are held to their uses in the manifest of the provider in dir.
func (v *Visit) Refusal(t testing.TB, dir string, secrets map[string]string) *abi.Fail {
	t.Helper()
	if v.Admit == nil {
		t.Fatalf("the request was answered at once: %s", v.Said(t).Body)
	}
	if k := v.Admit.Client; k != nil && secrets[k.Name] != k.Value {
		return v.Admit.UnknownClient
	}
	_, d, err := build.Manifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	src := sources{blobs: v.blobs, secrets: map[string]value.Secret{}}
	for _, s := range d.Secrets {
		if text := secrets[s.Name]; text != "" {
			src.secrets[s.Name] = value.Secret{Text: []byte(text), Uses: s.Uses}
		}
	}
	for _, p := range v.Admit.Proofs {
		// A header of a request with the same body: only there may a value speak of the body.
		expected, err := value.New(src, value.Limits{}).Request(&abi.HTTPRequest{
			Method: "POST", URL: "https://door.example/", Headers: []abi.NamedValue{{Name: "Expected", Value: p.Expected}},
			Body: &abi.Body{Raw: &abi.Value{Parts: []abi.Part{{Blob: &abi.Blob{}}}}},
		}, doorNonce)
		if err != nil || expected.Header.Get("Expected") != p.Given {
			return p.Otherwise
		}
	}
	return nil
}

// Said is the answer that was given at once.
func (v *Visit) Said(t testing.TB) *Said {
	t.Helper()
	if v.Answer == nil {
		t.Fatal("the request was admitted")
	}
	return said(t, v.Answer)
}

// Reply has the provider say an outcome.
func (v *Visit) Reply(t testing.TB, recognition *abi.Recognition, failure *abi.Fail) *Said {
	t.Helper()
	in := &abi.ReplyRequest{Context: v.context, CallID: CallID, Request: v.Inbound, Recognition: recognition, Failure: failure}
	if v.Admit != nil {
		in.State = v.Admit.State
	}
	return said(t, sdk.Reply(v.provider, in, nil))
}

// Said is what a client gets.
type Said struct {
	Status int
	Header http.Header
	Body   string
}

func said(t testing.TB, r *abi.InboundResponse) *Said {
	t.Helper()
	body, err := value.New(sources{}, value.Limits{}).Body(r.Body, doorNonce)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if body.ContentType != "" {
		w.Header().Set("Content-Type", body.ContentType)
	}
	for _, h := range r.Headers {
		w.Header().Set(h.Name, h.Value)
	}
	w.WriteHeader(int(r.Status))
	if _, err := body.WriteTo(w); err != nil {
		t.Fatal(err)
	}
	return &Said{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

// sources are what proofs refer to.
type sources struct {
	secrets map[string]value.Secret
	blobs   [][]byte
}

func (s sources) Secret(name string) (value.Secret, bool) { v, ok := s.secrets[name]; return v, ok }

func (s sources) Blob(h uint32) ([]byte, bool) {
	if int(h) >= len(s.blobs) {
		return nil, false
	}
	return s.blobs[h], true
}
